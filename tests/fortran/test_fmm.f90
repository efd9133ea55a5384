! Direct sums, fast multipole plans and Morton codes: every row of the shared table in its layout, with files for the comparison of
! languages, and in the others with 1, 2 and 7 threads; plans beside direct sums; codes of boxes; bad input and progress.
program test_fmm
  use, intrinsic :: iso_c_binding, only: c_double, c_float, c_int32_t, c_int64_t, c_ptrdiff_t
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_quiet_nan
  use check
  use hotloop
  use fmm_cases
  use fmm_sums_f64, only: run_f64 => run_row
  use fmm_sums_f32, only: run_f32 => run_row
  implicit none

  call table()
  call two_charges()
  call plans()
  call copies()
  call cells()
  call codes_of_boxes()
  call conclude("test_fmm")

contains

  function run(row, layout) result(results)
    type(fmm_case), intent(in) :: row
    integer, intent(in) :: layout
    real(c_double), allocatable :: results(:)
    if (row%bits == 64) then
      results = run_f64(row, layout)
    else
      results = run_f32(row, layout)
    end if
  end function run

  subroutine table()
    type(fmm_case), allocatable :: rows(:)
    real(c_double), allocatable :: results(:)
    character(len=400) :: folder
    integer, parameter :: thread_counts(3) = [1, 2, 7]
    integer :: i, t, file, previous
    call get_environment_variable("HOTLOOP_RESULTS", folder)
    rows = read_fmm_cases()
    call claim(size(rows) > 0, "the table of direct sums has rows")
    do i = 1, size(rows)
      results = run(rows(i), rows(i)%layout)
      open (newunit=file, file=trim(folder) // "/fortran/" // trim(rows(i)%name) // ".f64", status="replace", action="write", &
        access="stream", form="unformatted")
      write (file) results
      close (file)
      do t = 1, size(thread_counts)
        previous = hl_set_num_threads_local(thread_counts(t))
        call claim(same_bits(results, run(rows(i), t - 1)), trim(rows(i)%name) // ": same bits in other layouts on other threads")
        previous = hl_set_num_threads_local(previous)
      end do
    end do
  end subroutine table

  subroutine two_charges()
    real(c_double), parameter :: pi = 3.14159265358979323846_c_double
    real(c_double) :: points(3, 2), potentials(2), gradients(3, 2)
    real(c_float) :: potentials_32(2)
    type(hl_direct_options) :: options
    character(len=400) :: message
    integer :: stat
    points = 0
    points(2:3, 2) = [3.0_c_double, 4.0_c_double]
    call hl_direct(points, [2.0_c_double, -3.0_c_double], potentials, gradients)
    call claim(largest(20 * pi * potentials - [-3.0_c_double, 2.0_c_double]) < 1e-11_c_double, "two charges at a distance of 5")
    call claim(abs(500 * pi * gradients(3, 1) + 12) < 1e-10_c_double, "their gradients")
    call hl_direct(real(points, c_float), [2.0_c_float, -3.0_c_float], potentials_32)
    call claim(largest(potentials_32 - potentials) < 1e-7_c_double, "in single precision")
    options%screening = 1
    call hl_direct(points, [2.0_c_double, -3.0_c_double], potentials, options=options, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_OPTION .and. contains_text(message, "screening"), "screening without its kernel", message)
    options%kernel = HL_KERNEL_YUKAWA
    call hl_direct(points, [2.0_c_double, -3.0_c_double], potentials, options=options)
    call claim(abs(20 * pi * potentials(2) - 2 * exp(-5.0_c_double)) < 1e-13_c_double, "Yukawa's kernel")
    call hl_direct(points, [2.0_c_double], potentials, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. contains_text(message, "charges: extents (1)"), "charges of another number", message)
    points(2, 2) = ieee_value(1.0_c_double, ieee_quiet_nan)
    call hl_direct(points, [2.0_c_double, -3.0_c_double], potentials, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NONFINITE .and. contains_text(message, "sources: element [1, 1] is NaN"), "NaN", message)
    points(2, 2) = 1
    options%progress => stop_at_once
    call hl_direct(points, [2.0_c_double, -3.0_c_double], potentials, options=options, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_CANCELLED, "a word to stop", message)
  end subroutine two_charges

  function stop_at_once(done, total) result(cancel)
    integer(c_int64_t), intent(in) :: done, total
    integer(c_int32_t) :: cancel
    cancel = merge(1_c_int32_t, 0_c_int32_t, done <= total)
  end function stop_at_once

  subroutine plans()
    integer, parameter :: n = 3000, m = 700
    real(c_double), allocatable :: sources(:, :), targets(:, :), charges(:, :), potentials(:, :), gradients(:, :, :), exact(:, :)
    real(c_double), allocatable :: uneven(:, :)
    real(c_double) :: error, seconds(HL_FMM_N_TIMINGS)
    type(hl_fmm_options) :: options, plain, balanced
    type(hl_fmm_plan_stats) :: stats, stats_of_one, stats_of_other
    type(hl_fmm_plan) :: plan, one, other
    character(len=400) :: message
    integer :: stat
    sources = reshape([number_source(3 * n)], [3, n])
    targets = reshape([number_target(3 * m)], [3, m])
    charges = reshape([number_charge(2 * n)], [n, 2])
    allocate (potentials(m, 2), gradients(3, m, 2), exact(m, 2))
    options%eps = 1e-7_c_double
    options%leaf_size = 40
    call hl_fmm_plan_create(plan, sources, targets, options)
    call hl_fmm_evaluate(plan, charges, potentials, gradients)
    call hl_direct(sources, charges, exact, targets=targets)
    call claim(norm2(potentials - exact) < 1e-6_c_double * norm2(exact), "a plan's potentials are the direct sums")
    call hl_fmm_estimate_error(plan, charges(:, 2), potentials(:, 2), error)
    call claim(error > 0 .and. error < 1e-6_c_double, "the error is estimated")
    call hl_fmm_stats(plan, stats)
    call claim(stats%n_source == n .and. stats%n_target == m .and. stats%leaf_size == 40 .and. stats%leaves > 8, &
      "sizes of the plan")
    uneven = sources
    uneven(1, :) = uneven(1, :)**6
    plain%leaf_size = 10
    plain%eps = 1e-3_c_double
    balanced = plain
    balanced%balance = .true.
    call hl_fmm_plan_create(one, uneven, options=plain)
    call hl_fmm_plan_create(other, uneven, options=balanced)
    call hl_fmm_stats(one, stats_of_one)
    call hl_fmm_stats(other, stats_of_other)
    call claim(stats_of_other%boxes > stats_of_one%boxes, "a balanced tree has more boxes")
    call hl_fmm_plan_destroy(one)
    call hl_fmm_plan_destroy(other)
    call hl_fmm_timings(plan, seconds)
    call claim(all(seconds >= 0) .and. sum(seconds) > 0, "times of its operators")
    call hl_fmm_set_points(plan, targets)
    call claim(plan%n_source == m .and. plan%n_target == m, "other points")
    call hl_fmm_evaluate(plan, charges(:m, 1), potentials(:, 1))
    call hl_direct(targets, charges(:m, 1), exact(:, 1))
    call claim(norm2(potentials(:, 1) - exact(:, 1)) < 1e-6_c_double * norm2(exact(:, 1)), "potentials at the sources")
    call hl_fmm_evaluate(plan, charges(:n - 1, 1), potentials(:, 1), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. contains_text(message, "charges: extents"), "charges of another number", message)
    call hl_fmm_save_operators(plan, "no directory/of operators", stat=stat, errmsg=message)
    call claim(stat == HL_ERR_IO .and. contains_text(message, "path"), "a file that cannot be written", message)
    call hl_fmm_load_operators("no directory/of operators", stat=stat, errmsg=message)
    call claim(stat == HL_ERR_IO .and. contains_text(message, "could not be read"), "a file that is not there", message)
    call hl_fmm_plan_destroy(plan)
    call hl_fmm_evaluate(plan, charges(:0, 1), potentials(:0, 1), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, "hl_fmm_evaluate: plan: is NULL; make one"), "no plan", message)
    call hl_fmm_evaluate(plan, charges(:, 1), potentials(:, 1), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, "plan: is NULL"), "no plan, before charges are counted", message)
    call hl_fmm_set_points(plan, sources(:2, :), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, "plan: is NULL"), "no plan to give points", message)
    call hl_fmm_estimate_error(plan, charges(:, 1), potentials(:, 1), error, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, "plan: is NULL"), "no plan whose error to estimate", message)
    call hl_fmm_timings(plan, seconds(:1), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, "plan: is NULL"), "no plan with times", message)
    call hl_fmm_stats(plan, stats, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, "plan: is NULL"), "no plan with sizes", message)
    call hl_fmm_plan_create(plan, transpose(sources), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. contains_text(message, "sources: extents (3000, 3) where (3, n_source) is expected; " // &
      "the first extent must be 3 (transpose"), "points the other way round", message)
    call hl_direct(sources, transpose(charges), exact, targets=targets, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. contains_text(message, "the first extent must be 3000 (transpose"), &
      "charges the other way round", message)
    options%eps = 1e-30_c_double
    call hl_fmm_plan_create(plan, sources, options=options, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_OPTION .and. contains_text(message, "eps"), "an error that cannot be kept", message)
    call hl_fmm_forget_operators()
  end subroutine plans

  ! Copies are one plan, also when it is destroyed or made anew.
  subroutine copies()
    integer, parameter :: n = 3000, m = 700, many = 30000
    real(c_double), allocatable :: sources(:, :), others(:, :), charges(:), potentials(:), again(:)
    type(hl_fmm_plan) :: plan, copy
    type(hl_fmm_options) :: options
    character(len=400) :: message
    integer :: stat, before, i
    sources = reshape([number_source(3 * n)], [3, n])
    others = reshape([number_target(3 * m)], [3, m])
    charges = [number_charge(n)]
    allocate (potentials(n), again(n))
    options%eps = 1e-3_c_double
    call hl_fmm_plan_create(plan, sources, options=options)
    copy = plan
    call hl_fmm_evaluate(plan, charges, potentials)
    call hl_fmm_evaluate(copy, charges, again)
    call claim(same_bits(potentials, again), "a copy is the plan")
    call hl_fmm_set_points(plan, others)
    call hl_fmm_evaluate(copy, charges(:m), potentials(:m))
    call hl_fmm_evaluate(plan, charges(:m), again(:m))
    call claim(same_bits(potentials(:m), again(:m)), "a copy has the points that the plan was given")
    call hl_fmm_plan_destroy(plan)
    call hl_fmm_evaluate(copy, charges(:m), potentials(:m), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, "plan: is NULL"), "a copy of a plan that was destroyed", message)
    call hl_fmm_plan_destroy(copy)
    call hl_fmm_plan_destroy(plan)
    ! A plan that is there already is replaced; after an error it is still there.
    call hl_fmm_plan_create(plan, sources, options=options)
    call hl_fmm_plan_create(plan, others, options=options)
    call hl_fmm_plan_create(plan, others(:2, :), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE, "two coordinates", message)
    call hl_fmm_evaluate(plan, charges(:m), potentials(:m))
    call claim(same_bits(potentials(:m), again(:m)), "a plan that is made twice has the last points")
    deallocate (sources)
    sources = reshape([number_source(3 * many)], [3, many])
    call hl_fmm_plan_create(plan, sources, options=options)
    before = resident_pages()
    do i = 1, 100
      call hl_fmm_plan_create(plan, sources, options=options)
    end do
    call claim(resident_pages() - before < 20000, "the plan before is freed")
    call hl_fmm_plan_destroy(plan)
  end subroutine copies

  ! What the process holds, in pages of 4096 bytes with the usual kernels; 0 where the system does not say.
  integer function resident_pages()
    integer :: file, stat, all_pages
    resident_pages = 0
    open (newunit=file, file="/proc/self/statm", status="old", action="read", iostat=stat)
    if (stat /= 0) return
    read (file, *, iostat=stat) all_pages, resident_pages
    close (file)
  end function resident_pages

  ! Caesium chloride: its Madelung constant (D. Borwein, J. M. Borwein, K. F. Taylor, J. Math. Phys. 26, 2999 (1985)).
  subroutine cells()
    real(c_double), parameter :: pi = 3.14159265358979323846_c_double
    real(c_double) :: ions(3, 2), charges(2), potentials(2)
    type(hl_fmm_options) :: options
    type(hl_fmm_plan) :: plan
    character(len=400) :: message
    integer :: stat
    ions = reshape([0.0_c_double, 0.0_c_double, 0.0_c_double, 0.5_c_double, 3.5_c_double, -0.5_c_double], [3, 2])
    charges = [1.0_c_double, -1.0_c_double]
    options%eps = 1e-9_c_double
    options%period = 1
    call hl_fmm_plan_create(plan, ions, options=options)
    call hl_fmm_evaluate(plan, charges, potentials)
    call claim(abs(4 * pi * sqrt(0.75_c_double) * potentials(1) + 1.76267477307099_c_double) < 1e-8_c_double, &
      "points that repeat in a cell")
    call hl_fmm_plan_destroy(plan)
    options%period = -1
    call hl_fmm_plan_create(plan, ions, options=options, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_OPTION .and. contains_text(message, "period"), "a period below 0", message)
  end subroutine cells

  subroutine codes_of_boxes()
    integer(c_int64_t) :: codes(3), again(3), above(3), below(8, 3), around(26, 3)
    integer(c_int32_t) :: anchors(3, 3), levels(3), answers(3), vectors(3, 3)
    character(len=400) :: message
    integer :: stat
    real(c_double) :: points(3, 3)
    points = reshape([0.0_c_double, 0.0_c_double, 0.0_c_double, 0.99_c_double, 0.3_c_double, 0.6_c_double, 1.0_c_double, &
      1.0_c_double, 1.0_c_double], [3, 3])
    call hl_morton_encode(points, [0.0_c_double, 0.0_c_double, 0.0_c_double], 1.0_c_double, 3, codes)
    call hl_morton_decode(codes, anchors, levels)
    call claim(all(anchors == reshape([0, 0, 0, 7, 2, 4, 7, 7, 7], [3, 3])) .and. all(levels == 3), "places of boxes")
    call hl_morton_encode_anchors(anchors, levels, again)
    call claim(all(codes == again) .and. codes(1) < codes(2) .and. codes(2) < codes(3), "codes come back, in order")
    call hl_morton_parents(codes, above)
    call hl_morton_children(above, below)
    call claim(below(1, 1) == codes(1) .and. below(2, 2) == codes(2) .and. below(8, 3) == codes(3), "children of parents")
    call hl_morton_is_ancestor(above, codes, answers)
    call claim(all(answers == 1), "parents are ancestors")
    call hl_morton_neighbours(codes, around)
    call claim(around(1, 1) == HL_MORTON_NONE .and. around(26, 1) /= HL_MORTON_NONE .and. around(26, 3) == HL_MORTON_NONE, &
      "neighbours inside and outside")
    again = [around(26, 1), around(1, 2), around(1, 3)]
    call hl_morton_are_adjacent(codes, again, answers)
    call claim(around(1, 2) /= HL_MORTON_NONE .and. all(answers == 1), "neighbours are adjacent")
    call hl_morton_transfer_vectors(codes, again, vectors)
    call claim(all(vectors == reshape([-1, -1, -1, 1, 1, 1, 1, 1, 1], [3, 3])), "transfer vectors")
    call hl_morton_parents(codes(3:1:-2), above(1:2))
    call claim(all(above(1:2) /= 0), "sections of codes")
    codes(2) = 77
    call hl_morton_parents(codes, above, stat, message)
    call claim(stat == HL_ERR_ARGUMENT .and. contains_text(message, "codes: element [1] is 77"), &
      "a number that is no code", message)
    call hl_morton_children(codes, below(:, :2), stat, message)
    call claim(stat == HL_ERR_SHAPE .and. contains_text(message, "children: extents (8, 2)"), "a place too small", message)
  end subroutine codes_of_boxes
end program test_fmm
