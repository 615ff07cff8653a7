import CProcess
import Command

func runBenchmarks() { PBABenchmark.runProgram() }

cprocess_explain_faults()
let code = cprocess_with_stack(runBenchmarks)
if code != 0 { PBABenchmark.endWithoutThread(code: code) }
