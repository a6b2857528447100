import { exchange } from './exchange.js';
import { describeService } from './lifecycle.js';

/** One command of words, as people type it to Redis; gives the answer's last line. */
function command(url: string, words: string): Promise<string> {
  return exchange(Number(new URL(url).port), Buffer.from(`${words}\r\n`), (received) => {
    const text = received.toString();
    if (!/^([+$-].*\r\n$|\$\d+\r\n.*\r\n$)/s.test(text) || /^\$\d+\r\n$/.test(text)) return undefined;
    if (text.startsWith('-') || text.startsWith('$-1')) throw new Error(`Redis says ${text}`);
    return text.trim().split('\r\n').at(-1)!;
  });
}

describeService('redis', {
  put: async (url, name, text) => {
    await command(url, `SET ${name} ${text}`);
  },
  get: (url, name) => command(url, `GET ${name}`),
});
