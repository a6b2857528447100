export { type ContractCase, type Contracted, type Disposable, type TestRunner } from './contract.js';
export { objectStoreCases, objectStoreContract, type ObjectStoreSubject } from './object-store-contract.js';
export { sourceCases, sourceContract, type ContractRecord, type SourceSubject } from './source-contract.js';
