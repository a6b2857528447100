import { onTestFinished } from 'vitest';
import { startService, type RunningService, type ServiceName } from './services/services.js';

/** A server of a test's own, to cause faults on; it goes with the test. */
export async function ownServer(name: ServiceName): Promise<RunningService> {
  const server = await startService(name);
  onTestFinished(() => server.remove());
  return server;
}
