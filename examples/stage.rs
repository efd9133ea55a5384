use hotloop::array::*; use hotloop::exciton::*; use hotloop::simd::*; use hotloop::linalg::batched::Batch;
fn cpu()->f64{unsafe{let mut t:libc::timespec=std::mem::zeroed();libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID,&mut t);t.tv_sec as f64*1e9+t.tv_nsec as f64}}
fn best(mut f:impl FnMut(),k:usize)->f64{let mut b=1e99;for _ in 0..k{let t=cpu();f();b=f64::min(b,cpu()-t)}b}
struct Eig{n:usize,reps:usize,twice:bool,ql:bool}
impl Kernel for Eig{type Output=f64;#[inline(always)]fn run<V:Lanes>(self)->f64{if self.twice{go::<Twice<V>>(&self)}else{go::<V>(&self)}}}
#[inline(always)]fn go<V:Lanes>(k:&Eig)->f64{
 let n=k.n; let mut b=Batch::<V>::new(n,6).unwrap();
 let mut s=12345u64; let mut rnd=||{s=s.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);(s>>33) as f64/2f64.powi(31)-0.5};
 let mats:Vec<Vec<V>>=(0..20).map(|_|{let mut m=vec![V::zero();n*n];for i in 0..n{for j in 0..=i{let mut l=[0.0;32];for x in l.iter_mut(){*x=if i==j{400.0*rnd()}else{100.0*rnd()}};m[i*n+j]=V::load(&l);}}m}).collect();
 let reps=k.reps; let q=k.ql;
 let mut bst=1e99f64; for _ in 0..30 { let t=cpu(); for r in 0..reps{b.matrix.copy_from_slice(&mats[r%20]);for x in b.rows.iter_mut(){*x=V::splat(1.0)} if q{b.solve().unwrap();} std::hint::black_box(&b.rows);} bst=bst.min(cpu()-t);} bst/(reps*V::WIDTH) as f64
}
fn main(){ if std::env::args().len()>1 { for _ in 0..200 { let t=dispatch(Level::Avx512,Eig{n:8,reps:200,twice:true,ql:true}); if std::env::args().len()>2 {println!("{t}");} } return; }
 for level in Level::available(){ for twice in [false,true]{ for n in [7,8,9,16,24]{
  let t=dispatch(level,Eig{n,reps:20,twice,ql:true}); println!("{level:?} twice={twice} n={n}: {t:.0} ns/matrix"); }}}
 let n=8;let m=10000;
 let mut s=1u64; let mut rnd=||{s=s.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);(s>>33) as f64/2f64.powi(31)-0.5};
 let mut h=vec![0.0;m*n*n];let mut mu=vec![0.0;m*n*3];let mut r=vec![0.0;m*n*3];
 for c in 0..m{for i in 0..n{for j in 0..=i{let v=if i==j{12500.0+400.0*rnd()}else{100.0*rnd()};h[c*64+i*8+j]=v;h[c*64+j*8+i]=v;}}}
 for x in mu.iter_mut(){*x=rnd()} for x in r.iter_mut(){*x=30.0*rnd()}
 let grid:Vec<f64>=(0..1510).map(|i|11790.0+i as f64).collect();
 unsafe{hotloop::capi::hl_set_num_threads(1);}
 for m in [1usize,2,4,8,16,104,1000,10000]{
  let sys=System{hamiltonians:View::from_slice("h",&h[..m*64],[m,n,n]),dipoles:Some(View::from_slice("d",&mu[..m*24],[m,n,3])),positions:Some(View::from_slice("p",&r[..m*24],[m,n,3])),kept:(0..n).collect(),energy_offset:0.0,normalize_dipoles:false,needs:Needs{dipoles:true,rotation:true,eigenvectors:false}};
  let g=View::from_slice("g",&grid,[1510]);
  let t=|o:&Options,k:usize|best(||{std::hint::black_box(spectrum(&sys,None,&g,o,&mut hotloop::threads::Progress::none()).unwrap());},k);
  let k=(200000/m).clamp(20,3000);
  let mut o=Options::default(); let a=t(&o,k); o.method=Method::Direct; let d=t(&o,k.min(500)); o.method=Method::Gridded; let gr=t(&o,k);
  println!("m={m}: auto {:.1} us {:.0} ns/conf, direct {:.1} us, gridded {:.1} us",a/1e3,a/m as f64,d/1e3,gr/1e3);
 }
}
