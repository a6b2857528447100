export { s3 } from './s3.js';
export type { S3Credentials, S3Options } from './options.js';
