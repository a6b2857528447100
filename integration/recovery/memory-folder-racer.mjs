// Creates the same objects as others do at the same time, and says which of them it has made.
import process from 'node:process';
import { TextEncoder } from 'node:util';
import { folder } from '@millrace/core/folder';

const [path, name, count] = process.argv.slice(2);
const store = folder(path);
const won = [];
for (let i = 0; i < Number(count); i++) {
  if (await store.create(`race/${i}`, new TextEncoder().encode(`${name} ${i}`))) won.push(i);
}
process.stdout.write(JSON.stringify(won));
