export { folder } from './folder.js';
export { makeFolder, syncFolder } from './durable.js';
