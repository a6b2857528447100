import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describeService } from './lifecycle.js';
import { s3Keys } from './services.js';

async function withClient<Answer>(url: string, use: (client: S3Client) => Promise<Answer>): Promise<Answer> {
  const { region, ...credentials } = s3Keys;
  const client = new S3Client({ endpoint: url, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

describeService('s3', {
  put: (url, name, text) =>
    withClient(url, async (client) => {
      await client.send(new CreateBucketCommand({ Bucket: name }));
      await client.send(new PutObjectCommand({ Bucket: name, Key: 'text', Body: Buffer.from(text) }));
    }),
  get: (url, name) =>
    withClient(url, async (client) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: 'text' }));
      return Body!.transformToString();
    }),
});
