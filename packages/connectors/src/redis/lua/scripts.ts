import { read, settleEarly, showEarly } from './early-scripts.js';
import { library } from './library.js';
import { enter, forget, hold, leave, renew, sweep } from './open-scripts.js';
import { publish, stage, swap } from './publish-scripts.js';

/** The names of the scripts. */
export type ScriptName =
  | 'enter'
  | 'forget'
  | 'hold'
  | 'renew'
  | 'leave'
  | 'sweep'
  | 'stage'
  | 'publish'
  | 'swap'
  | 'showEarly'
  | 'settleEarly'
  | 'read';

const bodies: { readonly [name in ScriptName]: string } = { enter, forget, hold, renew, leave, sweep, stage, publish, swap, showEarly, settleEarly, read }; // prettier-ignore

/** The scripts of views, by name: each is one step that nothing comes between. */
export const scripts: readonly (readonly [ScriptName, string])[] = Object.entries(bodies).map(([name, body]) => [
  name as ScriptName,
  `${library}${body}`,
]);
