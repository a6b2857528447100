import type { TestProject } from 'vitest/node';
import { environmentOf, isGiven, reasonVariables } from './environment.js';
import { servicesNeededBy } from './needed.js';
import { startEach } from './services.js';
import { tell } from './tell.js';

/**
 * Starts the servers that the integration tests of this run share, before the first of them, and says where they are
 * in the environment. A server that can not be had is told, and fails every test that needs it: none is left out, and all
 * others run.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const ofThisRun = new Set(project.vitest.state.getPaths());
  const { testFiles } = await project.globTestFiles();
  const names = servicesNeededBy(testFiles.filter((file) => ofThisRun.has(file))).filter((name) => !isGiven(name));
  const { running: services, failed } = await startEach(names);
  for (const [name, reason] of failed) {
    tell(reason);
    process.env[reasonVariables[name]] = reason;
  }
  for (const service of services) Object.assign(process.env, environmentOf(service));
  return async () => {
    if (project.vitest.state.getCountOfFailedTests() > 0) {
      const kept = await Promise.all(services.map((service) => service.keepLog()));
      for (const log of kept) tell(`tests failed; a server's log: ${log}`);
    }
    await Promise.all(services.map((service) => service.remove()));
  };
}
