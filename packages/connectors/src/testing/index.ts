export { type ContractCase, type Contracted, type Disposable, type TestRunner } from './contract.js';
export { objectStoreCases, objectStoreContract, type ObjectStoreSubject } from './object-store-contract.js';
export { replaceCases, replaceContract, sinkCases, sinkContract, type SinkSubject } from './sink-contract.js';
export { batchOf, contextOf, ContractRow, rowsNamed, type RankedRow } from './sink-rows.js';
export { sourceCases, sourceContract, type ContractRecord, type SourceSubject } from './source-contract.js';
export { viewCases, viewContract, type TestedView, type ViewSubject } from './view-contract.js';
