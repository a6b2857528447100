import type { Manifest } from '../checkpoint/manifest.js';
import type { Group, GroupMember, GroupPositions } from '../connector/group.js';
import type { ObjectStore } from '../connector/object-store.js';
import { located, millraceError } from '../error/millrace-error.js';
import { userLine } from '../error/user-line.js';
import { describePlan } from '../job/describe.js';
import type { JobPlan } from '../job/job-plan.js';
import type { JobHandle, RunOptions, RunResult } from '../job/job.js';
import { chosenSinks } from '../job/open-outputs.js';
import { runSettings, type RunSettings } from '../job/run-settings.js';
import { startJob } from '../job/start-job.js';
import { stopBefore } from '../job/stop-before.js';
import type { MetricsSnapshot } from '../metrics/snapshot.js';
import { openGroupHistory } from './group-history.js';
import { groupMetrics } from './group-metrics.js';
import { groupResult } from './group-result.js';
import { memberRuns, type MemberRuns } from './member-runs.js';

/** Starts a job as a member of a group. Options are checked at once; everything else happens behind `done`. */
export function startInGroup(plan: JobPlan, group: Group, options: RunOptions): JobHandle {
  const settings = runSettings(plan, options);
  const store = checkGroupRun(plan, options, settings);
  const where = userLine();
  const labels = new Map([...plan.sinks].map(([output, sink]) => [output, sink.label]));
  const startedAt = settings.clock.now();
  const run = membership();
  const { signal } = options;
  signal?.addEventListener('abort', run.end);
  if (signal?.aborted === true) run.end();
  const done = runMember(plan, group, store, options, settings, run)
    .catch((error: unknown) => {
      run.state = 'failed';
      throw located(error, where);
    })
    .finally(() => signal?.removeEventListener('abort', run.end));
  done.catch(() => undefined);
  return {
    done,
    stop: (asked) => stopBefore(plan.name, run.end, done, settings.clock, asked),
    metrics: () =>
      groupMetrics(
        plan,
        settings,
        run.state,
        settings.clock.now() - startedAt,
        (run.runs?.handles ?? []).map((handle) => handle.metrics()),
      ),
    describe: () => describePlan(plan.name, plan.outputs, labels),
    async [Symbol.asyncDispose]() {
      run.end();
      await done;
    },
  };
}

/** A membership of one process, until it is asked to end or fails. */
interface Membership {
  state: MetricsSnapshot['state'];
  runs: MemberRuns | undefined;
  /** Rejects with the first error. */
  readonly ended: Promise<void>;
  readonly end: () => void;
  readonly failed: (error: unknown) => void;
}

function membership(): Membership {
  let end!: () => void;
  let failed!: (error: unknown) => void;
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    failed = reject;
  });
  // Who fails before anybody waits is heard of by whoever does.
  ended.catch(() => undefined);
  const run: Membership = {
    state: 'starting',
    runs: undefined,
    ended,
    end() {
      if (run.state === 'running') run.state = 'stopping';
      end();
    },
    failed,
  };
  return run;
}

async function runMember(
  plan: JobPlan,
  group: Group,
  store: ObjectStore,
  options: RunOptions,
  settings: RunSettings,
  run: Membership,
): Promise<RunResult> {
  const { group: _, signal: __, ...own } = options;
  const { logger, clock } = settings;
  const { root, because } = await openGroupHistory(plan, store, chosenSinks(plan, options, settings), settings);
  const spread = root !== undefined;
  if (!spread) logger.info({ job: plan.name, because }, 'One member of the group runs this job; the others stand by.');
  let member: GroupMember | undefined;
  const runs = memberRuns({
    job: plan.name,
    spread,
    clock,
    logger,
    start: (domain, published) =>
      startJob(plan, { ...own, report: false }, { ...(domain === undefined ? {} : { domain }), published }),
    published: (manifest) => member?.committed(positionsOf(plan, manifest)),
    failed: run.failed,
  });
  run.runs = runs;
  try {
    const topics = [...plan.inputs.values()].map(({ live }) => live.name);
    member = await group.join({
      job: plan.name,
      topics,
      spread,
      logger,
      assigned: (own) => runs.assign(own),
      failed: run.failed,
    });
    run.state = run.state === 'starting' ? 'running' : run.state;
    await run.ended;
  } finally {
    await runs.stop();
    await member?.leave();
  }
  const result = await groupResult(plan, store, root);
  settings.report(result.report);
  run.state = 'done';
  return result;
}

function positionsOf({ inputs }: JobPlan, { sources }: Manifest): GroupPositions {
  return Object.fromEntries(
    Object.entries(sources).flatMap(([input, { positions }]) => {
      const topic = inputs.get(input)?.live.name;
      return topic === undefined ? [] : [[topic, positions]];
    }),
  );
}

function checkGroupRun(plan: JobPlan, options: RunOptions, { mode, publish, fresh }: RunSettings): ObjectStore {
  const refuse = (option: string, problem: string, fix: string): Error =>
    millraceError('MILLRACE_OPTION_INVALID', { subject: `run of job "${plan.name}"`, option, problem, fix });
  if (mode !== 'live')
    throw refuse('group', `is given with mode: '${mode}'`, "Say mode: 'live': a group shares a topic.");
  if (publish === 'replace') throw refuse('publish', "is 'replace' in a group", 'Replace a result by a replay.');
  if (fresh) {
    const fix =
      'Run it once without the group, or give the job another name: members would begin anew one after the other.';
    throw refuse('lineage', "is 'new' in a group", fix);
  }
  if (options.timeLog !== undefined) throw refuse('timeLog', 'is given in a group', 'Give it to a replay.');
  const ending = [...plan.inputs.values()].find(({ live }) => live.bounded);
  if (ending !== undefined) {
    const fix = "Leave end: 'now' out, or run it without a group.";
    throw refuse('group', `is given, and ${ending.live.label} is read to an end`, fix);
  }
  if (plan.checkpoints !== undefined) return plan.checkpoints;
  const fix = "Give the job checkpoints that all members can reach: a folder('…') on one machine, else a bucket.";
  throw refuse('group', 'is given, and its checkpoints are kept in this process', fix);
}
