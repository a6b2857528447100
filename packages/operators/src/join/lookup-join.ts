import {
  millraceError,
  schema,
  type Fields,
  type Flow,
  type LookupView,
  type Nullable,
  type Schema,
  type Simplify,
} from '@millrace/core';
import {
  answersInOrder,
  having,
  need,
  onUserLine,
  operate,
  optionsOf,
  requireAppend,
  requireArguments,
  requireFields,
  requireFlow,
  userLine,
  type OperatorContext,
  type OperatorHooks,
} from '@millrace/core/operate';
import { requireFresh, type Without } from '../transform/names.js';
import { addFound } from './add-found.js';
import { distinctKeys } from './distinct-keys.js';
import {
  settingsOf,
  type JoinKind,
  type LookupJoinOptions,
  type LookupSettings,
  type Unfit,
} from './lookup-settings.js';
import { viewIssue } from './view-issue.js';

/** The fields behind `lookupJoin`. */
export type LookedUp<F extends Fields, T extends Fields, J extends JoinKind> = Simplify<
  F & ('inner' extends J ? T : { [P in keyof T]: Nullable<T[P]> })
>;

// So many batches ask at once: enough to hide the way to a server behind the work on the others.
const batchesUnderWay = 4;

/**
 * Adds fields of the row that a live view has for each row's key, as it is at that moment.
 *
 * The keys of a batch are asked for once each, all together (`getMany`), and up to four batches ask at once; rows come out
 * in the order in which they came. A key with a null in it has no match. A row without one is counted as taken, or with
 * `kind: 'inner'` as filtered. A row whose value does not fit `take` ends the run, and so does a view that does not answer
 * for as long as it tries. Takes append flows; early rows end here, and `eventTime` stands before it.
 *
 * **Outside the law** that live and replay give the same: the view goes on changing, and a replay sees it as it is now. What
 * must be the same again belongs into the records.
 *
 * Keeps no state: a checkpoint waits until every answer is there. The fields of the view are compared with `take` and `on`
 * before the first record, where it shows something already.
 *
 * @throws MillraceError `MILLRACE_FIELD_MISSING`, `MILLRACE_FIELD_COLLISION`, `MILLRACE_MODE_UNFIT`,
 * `MILLRACE_OPTION_INVALID` when the graph is built; `MILLRACE_LOOKUP_UNFIT` before the first record, or on a row.
 * @example
 * ```ts
 * import { int32, nullable, schema, utf8, type Flow } from '@millrace/core';
 * import { memory } from '@millrace/connectors/memory';
 * import { lookupJoin } from '@millrace/operators';
 *
 * const Pin = schema({ id: utf8, user_id: int32 });
 * const users = memory().view('users', { key: ['ind'] }); // or redis({ url }).view('users', { key: ['ind'] })
 * const User = schema({ first_name: utf8, age: nullable(int32) });
 * const graph = (pins: Flow<typeof Pin.fields>) => pins.pipe(lookupJoin(users, { on: { ind: 'user_id' }, take: User }));
 * ```
 */
export function lookupJoin<
  F extends Without<keyof T & string>,
  const K extends string,
  T extends Fields,
  J extends JoinKind = 'left',
>(
  view: LookupView<K>,
  options: LookupJoinOptions<F, K, T, J>,
): (flow: Flow<F>) => Flow<LookedUp<F, T, J> extends infer X extends Fields ? X : never> {
  const example = "lookupJoin(users, { on: { id: 'user_id' }, take: schema({ name: utf8 }) })";
  requireArguments('lookupJoin', example, [
    ['view', view, having('a view', 'name', 'label', 'key', 'fields', 'getMany')],
    ['options', options, optionsOf('on', 'take', 'kind')],
  ]);
  requireArguments('lookupJoin', example, [
    ['on', options.on, need.options],
    ['take', options.take, having('a schema', 'fields')],
  ]);
  const operator = `lookupJoin(${view.name})`;
  const settings = settingsOf(operator, view, options);
  const { by, join } = settings;
  return onUserLine((flow) => {
    const where = userLine();
    const unfit: Unfit = (problem, fix) =>
      millraceError('MILLRACE_LOOKUP_UNFIT', { operator, problem, fix }, { where });
    requireFlow('lookupJoin', flow);
    requireAppend(operator, flow);
    requireFields(
      operator,
      flow.schema,
      by.map(([, field]) => ({ field, uses: 'looks up' })),
    );
    requireFresh(operator, flow.schema.fields, Object.keys(settings.taken));
    return operate(flow, {
      operator: 'lookupJoin',
      arguments: view.name,
      details: { view: view.label, on: by.map(([key, field]) => `${key} = ${field}`), kind: join },
      schema: schema<Fields>({ ...flow.schema.fields, ...settings.taken }) as never,
      early: false,
      // An entry of the time log that stands behind a record would be decided before its answer is there.
      sourceOrdered: false,
      needs: (required) => [
        new Set([...[...required].filter((name) => !Object.hasOwn(settings.taken, name)), ...by.map(([, f]) => f)]),
      ],
      async ready() {
        await checked(view, unfit, settings, flow.schema);
      },
      create: (context) => lookupHooks(context, unfit, view, settings, flow.schema),
    });
  });
}

/** Holds what the view shows to what is taken and asked for; false while it shows nothing. */
async function checked(view: LookupView, unfit: Unfit, settings: LookupSettings, input: Schema): Promise<boolean> {
  const shown = await view.fields();
  if (shown === undefined) return false;
  const issue = viewIssue(unfit, shown, settings, input.fields);
  if (issue !== undefined) throw issue;
  return true;
}

function lookupHooks(
  context: OperatorContext,
  unfit: Unfit,
  view: LookupView,
  settings: LookupSettings,
  input: Schema,
): OperatorHooks {
  const keysOf = distinctKeys(settings.by, input);
  const add = addFound(context, unfit, settings);
  let fits = false;
  // A key of another type would find another row: what is shown first is looked at before it is asked, and behind that.
  const check = async (): Promise<void> => {
    fits ||= await checked(view, unfit, settings, input);
  };
  return answersInOrder(context, {
    batches: batchesUnderWay,
    async ask(batch) {
      const keys = keysOf(batch);
      const asked = keys.distinct.filter((key) => key !== undefined);
      await check();
      const answers = asked.length === 0 ? [] : await view.getMany(asked);
      await check();
      if (answers.length !== asked.length) {
        throw unfit(
          `${asked.length} keys were asked for, and ${answers.length} answers came`,
          'Let getMany give one answer per key, in their order.',
        );
      }
      let next = 0;
      return { keys, found: keys.distinct.map((key) => (key === undefined ? undefined : answers[next++])) };
    },
    answered: (batch, { keys, found }) => add(batch, keys, found),
  });
}
