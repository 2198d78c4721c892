export { commitSnapshot, committedRun } from "./commit.js";
export { confirmSnapshot, retractSnapshot } from "./confirm.js";
export { groups, PackShipper } from "./pack-shipper.js";
export { openSessions, openWriterSession } from "./sessions.js";
