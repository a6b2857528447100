import { describe, it } from 'vitest';
import { postgres } from '@millrace/connectors/postgres';
import { replaceContract, sharedContract, sinkContract, viewContract } from '@millrace/connectors/testing';
import { sharedServices } from '../services/services.js';
import { queryAt } from './query.js';
import { sinkSubject, viewSubject, type TestedDatabase } from './subjects.js';

const runner = { describe, it };
const server = (): TestedDatabase => {
  const url = sharedServices().postgres;
  return { open: () => postgres({ url }), query: queryAt(url) };
};
const table = { name: 'a table of Postgres', make: () => sinkSubject(server(), undefined) };
const view = { name: 'a view of Postgres', make: () => sinkSubject(server(), ['id']) };

sinkContract(runner, table);
sinkContract(runner, view);
replaceContract(runner, table);
replaceContract(runner, view);
sharedContract(runner, table);
sharedContract(runner, view);
viewContract(runner, { name: 'a view of Postgres', make: () => viewSubject(server()) });
