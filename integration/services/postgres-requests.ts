import { exchange } from './exchange.js';

/** Whether the server lets `postgres` in and answers `SELECT 1`. While it starts it answers with an error. */
export function postgresAnswers(port: number): Promise<boolean> {
  let asked = false;
  return exchange(port, startup({ user: 'postgres', database: 'postgres' }), (received, send) => {
    const types = messageTypes(received);
    if (types.includes('E')) return false;
    if (types.includes('D')) return true;
    if (types.includes('Z') && !asked) {
      asked = true;
      send(query('SELECT 1'));
    }
    return undefined;
  });
}

function startup(parameters: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(parameters).flat().join('\0');
  const message = Buffer.alloc(8 + text.length + 2);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(0x0003_0000, 4);
  message.write(text, 8);
  return message;
}

function query(sql: string): Buffer {
  const message = Buffer.alloc(6 + sql.length);
  message.write('Q', 0);
  message.writeInt32BE(message.length - 1, 1);
  message.write(sql, 5);
  return message;
}

/** The type bytes of the whole messages: `R` let in, `Z` ready, `D` a row, `E` an error. */
function messageTypes(received: Buffer): string {
  let types = '';
  for (let at = 0; at + 5 <= received.length;) {
    const next = at + 1 + received.readInt32BE(at + 1);
    if (next > received.length) break;
    types += String.fromCharCode(received[at]!);
    at = next;
  }
  return types;
}
