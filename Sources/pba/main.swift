// Linked, not called: its functions take the place of others.
import CCompatibility
import CImageDecoders
import CProcess
import Command

cprocess_explain_faults()
cimages_tell_of_decoding(cprocess_expect_refusals)
let code = cprocess_with_stack(runProgram)
if code != 0 { PBA.endWithoutThread(code: code) }
