import { s3 } from '@millrace/connectors/s3';
import { objectStoreContract } from '@millrace/connectors/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { makeBucket, s3Options, type TestBucket } from './bucket.js';

let bucket: TestBucket;
let made = 0;
beforeAll(async () => {
  bucket = await makeBucket('contract');
});
afterAll(() => bucket.remove());

objectStoreContract(
  { describe, it },
  {
    name: "s3('s3://bucket/prefix')",
    async make() {
      const url = `s3://${bucket.name}/case/${made++}`;
      return { store: s3(url, s3Options()), again: async () => s3(url, s3Options()) };
    },
  },
);
