# Counts single tests. One that is marked as broken or skipped counts as failed: nothing here is allowed to be.

# Runs `body` as a test set. Failures are printed and counted, and end nothing.
function counted(body, name)
    results = nothing
    try
        @testset "$name" begin
            results = Test.get_testset()
            body()
        end
    catch error
        error isa Test.TestSetException || rethrow()
    end
    return count_results(results)
end

count_results(::Test.Pass) = (passed = 0, failed = 0) # in its set's n_passed
count_results(::Any) = (passed = 0, failed = 1)
function count_results(set::Test.DefaultTestSet)
    passed, failed = set.n_passed, 0
    for result in set.results
        counts = count_results(result)
        passed += counts.passed
        failed += counts.failed
    end
    return (passed = passed, failed = failed)
end
