/** Where the servers are: what `npm run services` prints, or your own. */
export interface Addresses {
  readonly kafka: string;
  readonly redis: string;
  readonly postgres: string;
  /** The URL of the S3 server; its keys are in the environment, where the client looks for them. */
  readonly s3: string;
}

const variables = { kafka: 'KAFKA_BROKERS', redis: 'REDIS_URL', postgres: 'POSTGRES_URL', s3: 'S3_ENDPOINT' } as const;

/** Reads them from the environment. */
export function addressesOf(environment: NodeJS.ProcessEnv): Addresses {
  const address = (name: keyof Addresses): string => {
    const value = environment[variables[name]] ?? '';
    if (value !== '') return value;
    throw new Error(
      `${variables[name]} is not set: run npm run pinterest, which starts the servers, or npm run services.`,
    );
  };
  return { kafka: address('kafka'), redis: address('redis'), postgres: address('postgres'), s3: address('s3') };
}
