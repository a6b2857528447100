export { evaluateReference, type GraphReference, type ReferenceInput } from './evaluate-reference.js';
export { driveColumns, type ColumnDrive } from './drive-columns.js';
export { runFlow, type FlowOptions, type FlowResult, type FlowStep } from './run-flow.js';
export { batchOf, table, type BatchPlace } from './notation.js';
export { faultPoints, type FaultPoint } from '../job/faults.js';
export { randomOf, type Random } from './random.js';
export { testSink, type TestRow, type TestSink } from './test-sink.js';
export {
  testSource,
  type TestPause,
  type TestRecord,
  type TestRecordParts,
  type TestSourceOptions,
} from './test-source.js';
export { verify, type Verification, type VerifyInputs, type VerifyReport } from './verify.js';
export { virtualClock, type VirtualClock } from './virtual-clock.js';
export { fcOptions, runsOf, seedOf } from './seed.js';
