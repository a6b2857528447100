export { evaluateReference, type GraphReference, type ReferenceInput } from './evaluate-reference.js';
export { runFlow, type FlowOptions, type FlowResult, type FlowStep } from './run-flow.js';
export { batchOf, table, type BatchPlace } from './notation.js';
