/**
 * `npm run services [-- kafka redis postgres s3]`: brings servers up, prints what to put into the environment, and
 * takes them down at Ctrl-C.
 */
import { addressVariables, environmentOf, isGiven } from './environment.js';
import { serviceNames, startServices, type ServiceName } from './services.js';
import { tell } from './tell.js';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(serviceNames as readonly string[]).includes(name));
if (unknown.length > 0) {
  tell(`there is no ${unknown.join(', ')}; there are ${serviceNames.join(', ')}`);
  process.exit(2);
}
const wanted = serviceNames.filter((name) => asked.length === 0 || asked.includes(name));
const given = wanted.filter(isGiven);
for (const name of given) tell(`${name} is where ${addressVariables[name]} says; none is started`);

try {
  await bringUp(wanted.filter((name) => !given.includes(name)));
} catch (error) {
  for (const line of (error as Error).message.split('\n')) tell(line);
  process.exitCode = 1;
}

async function bringUp(names: readonly ServiceName[]): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const asksForEnd = new Promise<void>((resolve) => {
    for (const signal of signals) process.once(signal, () => resolve());
  });
  // Asked to end while they start, we end at once; what was started goes with us.
  const services = await Promise.race([startServices(names), asksForEnd]);
  if (services === undefined) process.exit(130);
  for (const service of services) {
    for (const [name, value] of Object.entries(environmentOf(service))) console.log(`export ${name}=${value}`);
  }
  tell('all are up; Ctrl-C takes them and their data away');
  const awake = setInterval(() => {}, 2 ** 30);
  await asksForEnd;
  clearInterval(awake);
  await Promise.all(services.map((service) => service.remove()));
}
