import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { s3, type S3Options } from '@millrace/connectors/s3';
import { randomUUID } from 'node:crypto';
import { sharedServices } from '../services/services.js';

/** How the server of the tests is reached. */
export function s3Options(): S3Options & { readonly endpoint: string } {
  const { endpoint, region, accessKeyId, secretAccessKey } = sharedServices().s3;
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
}

/** A bucket of one test file. */
export interface TestBucket {
  readonly name: string;
  /** Removes it with all that is in it. */
  readonly remove: () => Promise<void>;
}

/** Makes a bucket of a name that no other test has. */
export async function makeBucket(purpose: string): Promise<TestBucket> {
  const { endpoint, region, credentials } = s3Options();
  const client = new S3Client({ endpoint, region: region!, credentials: credentials!, forcePathStyle: true });
  const name = `millrace-${purpose}-${randomUUID().slice(0, 8)}`;
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return {
    name,
    async remove() {
      const store = s3(`s3://${name}`, s3Options());
      const deletes: Promise<void>[] = [];
      for await (const { key } of store.list('')) deletes.push(store.delete(key));
      await Promise.all(deletes);
      await client.send(new DeleteBucketCommand({ Bucket: name }));
      client.destroy();
    },
  };
}
