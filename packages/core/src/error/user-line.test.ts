import { expect, test } from 'vitest';
import { userLine, userPlace } from './user-line.js';

/** A stack as V8 writes it. */
function stackOf(...frames: string[]): string {
  return ['Error', ...frames.map((frame) => `    at ${frame}`)].join('\n');
}

const installed = [
  'userLine (file:///home/ann/shop/node_modules/@millrace/core/dist/error/user-line.js:17:23)',
  'new MillraceError (file:///home/ann/shop/node_modules/@millrace/core/dist/error/millrace-error.js:30:52)',
  'file:///home/ann/shop/node_modules/@millrace/operators/dist/aggregate/aggregate.js:61:9',
  'pipeFromArray (file:///home/ann/shop/node_modules/rxjs/dist/esm/internal/util/pipe.js:9:31)',
];

test('the line that calls is the user’s', () => {
  expect(userLine()).toMatch(/\/user-line\.test\.ts:17:10$/);
});

test('frames of installed packages and of the runtime are passed over', () => {
  const stack = stackOf(
    ...installed,
    'Array.map (<anonymous>)',
    'new Promise (<anonymous>)',
    'graph (file:///home/ann/shop/src/pins.js:21:5)',
    'node:internal/modules/run_main:123:12',
  );
  expect(userPlace(stack)).toBe('/home/ann/shop/src/pins.js:21:5');
});

test('packages of other layouts are passed over: pnpm, links, sources through source maps', () => {
  const pnpm = (name: string, file: string): string =>
    `x (file:///shop/node_modules/.pnpm/@millrace+${name}@0.1.0/node_modules/@millrace/${name}/dist/${file}:1:2)`;
  const user = 'graph (file:///shop/pins.js:3:4)';
  expect(userPlace(stackOf(pnpm('core', 'error/user-line.js'), pnpm('operators', 'dedup/dedup.js'), user))).toBe(
    '/shop/pins.js:3:4',
  );
  for (const folder of ['src', 'dist']) {
    const linked = (name: string, file: string): string => `x (/git/millrace/packages/${name}/${folder}/${file}:1:2)`;
    const stack = stackOf(linked('core', 'error/user-line.ts'), linked('connectors', 'memory/view.ts'), user);
    expect(userPlace(stack)).toBe('/shop/pins.js:3:4');
  }
});

test('folders of the user may be called like ours', () => {
  for (const place of [
    '/home/ann/packages/core/src/pins.ts:3:4',
    '/home/ann/@millrace/x/pins.ts:3:4',
    '/src/rxjs/a.ts:3:4',
  ]) {
    expect(userPlace(stackOf(...installed, `graph (${place})`))).toBe(place);
  }
});

test('paths may hold blanks, parentheses and signs', () => {
  const places = {
    'graph (/home/ann/my app (2)/pins.ts:3:4)': '/home/ann/my app (2)/pins.ts:3:4',
    '/home/ann/my app (2)/pins.ts:3:4': '/home/ann/my app (2)/pins.ts:3:4',
    'async file:///home/ann/my%20app%20(2)/50%25.mjs:3:4': '/home/ann/my app (2)/50%.mjs:3:4',
    'Object.<anonymous> (/home/ann/50%/pins.ts:3:4)': '/home/ann/50%/pins.ts:3:4',
    'file:///home/ann/50%/pins.ts:3:4': '/home/ann/50%/pins.ts:3:4',
    'new Pins [as X] (https://shop.example/pins.js:3:4)': 'https://shop.example/pins.js:3:4',
  };
  for (const [frame, place] of Object.entries(places)) expect(userPlace(stackOf(...installed, frame))).toBe(place);
});

test('Windows paths are those of Windows', () => {
  const own = 'userLine (file:///C:/shop/node_modules/@millrace/core/dist/error/user-line.js:17:23)';
  const operators = 'x (file:///C:/shop/node_modules/@millrace/operators/dist/dedup/dedup.js:1:2)';
  expect(userPlace(stackOf(own, operators, 'graph (file:///C:/my%20shop/pins.mjs:3:4)'))).toBe(
    'C:/my shop/pins.mjs:3:4',
  );
  expect(userPlace(stackOf(own, operators, 'graph (C:\\my shop\\pins.ts:3:4)'))).toBe('C:\\my shop\\pins.ts:3:4');
  const linked = 'C:\\git\\millrace\\packages\\core\\dist\\error\\user-line.js:1:2';
  const sibling = 'x (C:\\git\\millrace\\packages\\operators\\dist\\dedup\\dedup.js:1:2)';
  expect(userPlace(stackOf(linked, sibling, 'D:\\shop\\pins.js:3:4'))).toBe('D:\\shop\\pins.js:3:4');
});

test('no line rather than a wrong one: in a bundle, in code without a file, and behind the driver alone', () => {
  expect(userPlace(stackOf('r (file:///shop/bundle.js:1:900)', 'file:///shop/bundle.js:1:1200'))).toBeUndefined();
  const evaluated = 'eval (eval at run (file:///shop/repl.js:3:4), <anonymous>:1:1)';
  expect(userPlace(stackOf(...installed, evaluated, 'Promise.all (index 0)'))).toBeUndefined();
  expect(userPlace(stackOf(...installed))).toBeUndefined();
  expect(userPlace('')).toBeUndefined();
});
