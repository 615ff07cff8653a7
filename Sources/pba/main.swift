import CProcess
import Command

cprocess_explain_faults()
let code = cprocess_with_stack(runProgram)
if code != 0 { PBA.endWithoutThread(code: code) }
