import type { ErrorCode, ErrorData } from './error-data.js';
import { listText, nearestName } from './names.js';

// Every code with one sentence and what to change. Bad records are rejected with codes of the same vocabulary; their
// sentences never hold values of the record.

interface Entry<D> {
  /** One sentence: what is wrong, and where. */
  sentence(data: D): string;
  /** What to change. */
  fix(data: D): string;
  /** Whether the same call can succeed later without a change. */
  retryable?: true;
}

/** Sentence and fix per code. */
export const errorEntries: { readonly [C in ErrorCode]: Entry<ErrorData[C]> } = {
  MILLRACE_SCHEMA_INVALID: {
    sentence: (d) => `schema({…}): ${d.field === '' ? 'the schema' : `field "${d.field}"`} ${d.problem}.`,
    fix: () => 'Declare every field with a column type, like schema({ id: utf8, count: nullable(int32) }).',
  },
  MILLRACE_ARGUMENT_INVALID: {
    sentence: (d) => `${d.call} needs ${d.needs} as its ${d.argument}, and was given ${d.got}.`,
    fix: (d) => `Write ${d.example}.`,
  },
  MILLRACE_OPTION_INVALID: {
    sentence: (d) => `${d.subject}: ${d.option} ${d.problem}.`,
    fix: (d) => d.fix,
  },
  MILLRACE_NOT_A_FLOW: {
    sentence: (d) => `${d.operator} was given ${d.got} where it needs a Flow.`,
    fix: () => 'Apply Millrace operators before any rxjs operator: flow.pipe(clean(…), eventTime(…), …).',
  },
  MILLRACE_FIELD_MISSING: {
    sentence: (d) => `${d.operator} ${d.uses} "${d.field}", which its input does not have.`,
    fix: (d) => `${nearestText(d.field, d.fields)}The input has: ${listText(d.fields)}.`,
  },
  MILLRACE_FIELD_KIND: {
    sentence: (d) => `${d.operator} ${d.uses} "${d.field}", which is ${d.kind} where ${d.needs} is needed.`,
    fix: (d) => `Take another field, or turn "${d.field}" into ${d.needs} before, for instance with clean({ … }).`,
  },
  MILLRACE_FIELD_COLLISION: {
    sentence: (d) => `${d.operator} makes a field "${d.field}", but that name is ${d.with} already.`,
    fix: () => 'Give it another name.',
  },
  MILLRACE_TIME_MISSING: {
    sentence: (d) => `${d.operator} needs event time, and ${d.lacking ?? 'its input has none'}.`,
    fix: () => "Put eventTime('<field>', { maxOutOfOrderness: '5s' }) before it.",
  },
  MILLRACE_TIME_ORDER: {
    sentence: (d) =>
      `${d.operator} needs a flow that is still in the order of its source, and it stands after ${d.after}.`,
    fix: (d) => `Move ${d.operator} before ${d.after}.`,
  },
  MILLRACE_GROUPING_LOST: {
    sentence: (d) => `${d.operator}: ${d.problem}.`,
    fix: () => "Declare keyedBy on the source, or leave order: 'arrival' out.",
  },
  MILLRACE_MODE_UNFIT: {
    sentence: (d) => `${d.operator} cannot take ${d.mode === 'upsert' ? 'an upsert' : 'an append'} flow: ${d.problem}.`,
    fix: (d) => d.fix,
  },
  MILLRACE_STATE_NAME_TAKEN: {
    sentence: (d) =>
      `The state name "${d.name}" is used by ${d.operators.length} operators: ${d.operators.join(' and ')}.`,
    fix: (d) => `Give one of them a name of its own: { name: '…' }, other than "${d.name}".`,
  },
  MILLRACE_JOB_INVALID: {
    sentence: (d) => `${d.job === '' ? 'The job' : `Job "${d.job}"`} ${d.problem}.`,
    fix: (d) => d.fix,
  },
  MILLRACE_SINK_MISSING: {
    sentence: (d) =>
      d.outputs.includes(d.output)
        ? `Job "${d.job}" has no sink for its output "${d.output}".`
        : `Job "${d.job}" has a sink "${d.output}", but its graph has no output of that name.`,
    fix: (d) =>
      d.outputs.includes(d.output)
        ? `Add sinks: { ${d.output}: … }.`
        : `${nearestText(d.output, d.outputs)}The outputs are: ${listText(d.outputs)}; late and rejected can be sinks too.`,
  },
  MILLRACE_SINK_UNFIT: {
    sentence: (d) => `${d.sink} cannot take the output "${d.output}": ${d.problem}.`,
    fix: (d) => d.fix,
  },
  MILLRACE_SOURCE_CHANGED: {
    sentence: (d) =>
      d.archive === undefined
        ? `${d.source} is not what the last checkpoint has read: it was ${d.was} and is ${d.is}.`
        : `${d.source} is not the topic that ${d.archive} holds: that was ${d.was}, and this is ${d.is}.`,
    fix: (d) =>
      d.archive === undefined
        ? 'Point the job at the source that it knows, or give the job a new name or a new checkpoint folder.'
        : 'Give the job the topic and the archive of that same topic.',
  },
  MILLRACE_SOURCE_TRUNCATED: {
    sentence: (d) =>
      `${d.source}: partition ${d.partition} begins at offset ${d.start} now, so offsets ${d.position} to ${d.start - 1} are gone unread.`,
    fix: () => "Read them from the lake (mode: 'both'), or begin a new history with lineage: 'new'.",
  },
  MILLRACE_SOURCE_BEYOND_END: {
    sentence: (d) =>
      `${d.source}: partition ${d.partition} ends at offset ${d.end}, below the position ${d.position} of the job.`,
    fix: () => "The source was made anew or cut off: restore it, or begin a new history with lineage: 'new'.",
  },
  MILLRACE_SOURCE_KEY: {
    sentence: (d) =>
      `${d.source} is declared keyedBy "${d.field}", but the record at partition ${d.partition}, offset ${d.offset} has another key.`,
    fix: () => 'Leave keyedBy out, or produce with that field as the key.',
  },
  MILLRACE_SOURCE_REPARTITIONED: {
    sentence: (d) =>
      `${d.source} has a new partition ${d.partition}, and keys of "${d.field}" have moved into it from where the job has their state.`,
    fix: () =>
      "Begin a new history with lineage: 'new', or leave keyedBy out: the job then regroups records by itself.",
  },
  MILLRACE_SOURCE_UNREADABLE: { sentence: (d) => `${d.source} cannot be read: ${d.problem}.`, fix: (d) => d.fix },
  MILLRACE_TOPIC_SEALED: {
    sentence: (d) => `The topic "${d.topic}" was ended, so nothing can be added to it.`,
    fix: () => 'Send before end(), or to a topic of another name.',
  },
  MILLRACE_TOPIC_TAKEN: {
    sentence: (d) =>
      `Another process writes to the topic "${d.topic}" now; what was not acknowledged here may be missing.`,
    fix: () => 'Let one process at a time write to a topic in a folder.',
  },
  MILLRACE_TIME_NULL: {
    sentence: (d) => `${d.operator}: "${d.field}" is null at partition ${d.partition}, offset ${d.offset}.`,
    fix: () => "Fill it before, or leave onError at 'reject' to put such records aside.",
  },
  MILLRACE_TIME_AHEAD: {
    sentence: (d) =>
      `${d.operator}: "${d.field}" at partition ${d.partition}, offset ${d.offset} lies in the future, more than ${d.maxAhead} ahead of the broker's time.`,
    fix: () => "Mend the producer's clock, raise maxAhead, or leave onError at 'reject' to put such records aside.",
  },
  MILLRACE_TIME_LOG_UNFIT: {
    sentence: (d) => `The time log does not fit ${d.source}, partition ${d.partition}: ${d.problem}.`,
    fix: (d) =>
      d.fix ?? 'Archive up to the checkpoint that the time log comes from, or replay without it (timeLog: []).',
  },
  MILLRACE_PLAN_INCOMPATIBLE: {
    sentence: (d) => `The graph of job "${d.job}" does not fit its last checkpoint: ${d.changes.join('; ')}.`,
    fix: (d) =>
      d.lost.length === 0
        ? 'Undo the change, give the changed operator a new name to start it empty, or give the job a new name.'
        : `Keep the names, with name: '…' where an output has another one, or run with dropState: [${d.lost.map((name) => `'${name}'`).join(', ')}] to lose that state.`,
  },
  MILLRACE_LINEAGE_COMPLETE: {
    sentence: (d) => `Job "${d.job}" has run to the end of its input before, and its windows are closed.`,
    fix: (d) =>
      d.fix ??
      "Say lineage: 'new', with other sinks or publish: 'replace', to run it again from the start, or atEnd: 'hold' next time to go on later.",
  },
  MILLRACE_LINEAGE_FOREIGN: {
    sentence: (d) => `${d.sink} belongs to another history (${d.owner}) than this run of job "${d.job}".`,
    fix: () =>
      "Name other sinks for this run, or say publish: 'replace' in a replay. If it is to go on with that history, put its checkpoints back: they are not where they were.",
  },
  MILLRACE_SINK_AHEAD: {
    sentence: (d) =>
      `${d.sink} shows checkpoint ${d.published} already, and the job would start from ${d.restored < 0 ? 'the beginning' : `checkpoint ${d.restored}`}.`,
    fix: () =>
      'Another job uses this name, or an older checkpoint was restored: use another name, or the newest checkpoint.',
  },
  MILLRACE_OWNERSHIP_LOST: {
    sentence: (d) =>
      `Job "${d.job}" was taken over by another process at checkpoint ${d.checkpoint}; this one has stopped.`,
    fix: () => 'Run one process per job and checkpoint folder.',
  },
  MILLRACE_CHECKPOINT_UNREADABLE: {
    sentence: (d) => `The checkpoint object ${d.object} cannot be read: ${d.problem}.`,
    fix: (d) => d.fix ?? "Restore the object from a copy, or begin a new history with lineage: 'new'.",
  },
  MILLRACE_STORE_FAILED: {
    sentence: (d) => `${d.location}: cannot ${d.operation} ${d.key}.`,
    fix: () => 'See the cause below; check that the place exists, has room and may be written.',
    retryable: true,
  },
  MILLRACE_STORE_REFUSED: { sentence: (d) => `${d.location}: ${d.problem}.`, fix: (d) => d.fix },
  MILLRACE_ROW_FUNCTION: {
    // Behind an aggregate a row is no record any more, and has no place.
    sentence: (d) =>
      `The function of ${d.operator} threw${d.partition < 0 ? '' : ` at partition ${d.partition}, offset ${d.offset},`} on a row with ${listText(d.fields)}.`,
    fix: () => "Mend the function, or leave onError at 'reject' to put such records aside.",
  },
  MILLRACE_LOOKUP_UNFIT: { sentence: (d) => `${d.operator}: ${d.problem}.`, fix: (d) => d.fix },
  MILLRACE_VALUE_UNFIT: {
    sentence: (d) =>
      `${d.operator} made a value that does not fit: ${d.field === '' ? 'it' : `"${d.field}"`} ${d.problem}.`,
    fix: () => 'Give a value of the declared type, or declare another type.',
  },
  MILLRACE_RULE_FAILED: {
    sentence: (d) => `"${d.field}" ${d.reason}.`,
    fix: () => 'Mend what is produced, or end the rule with .orNull() to take null instead.',
  },
  MILLRACE_UNION_UNFIT: {
    sentence: (d) => `union: input ${d.input} does not have the fields of the first: ${d.differences.join('; ')}.`,
    fix: () => 'Bring all inputs to the same fields before, with select, rename, clean or withColumn.',
  },
  MILLRACE_SUM_OVERFLOW: {
    sentence: (d) => {
      const limit = d.limit === '2^53' ? '2^53 and would be rounded' : '38 digits, the most that a decimal holds';
      return `${d.operator}: the sum "${d.column}" of ${d.key} in ${d.window} is past ${limit}.`;
    },
    fix: () => 'Turn the field into float64 before: its sum is rounded, once, instead of refused.',
  },
  MILLRACE_TABLE_FOREIGN: { sentence: (d) => `${d.table} is not the right table: ${d.problem}.`, fix: (d) => d.fix },
  MILLRACE_TABLE_UNREADABLE: { sentence: (d) => `${d.table} cannot be read: ${d.problem}.`, fix: (d) => d.fix },
  MILLRACE_TABLE_GAP: {
    sentence: (d) => `${d.table}: partition ${d.partition} has no records at offsets ${d.from} to ${d.to - 1}.`,
    fix: () => 'Restore the missing files or archive the topic again: a replay over a gap would not equal the stream.',
  },
  MILLRACE_STOP_LATE: {
    sentence: (d) => `Job "${d.job}" did not stop within ${d.deadlineMs} ms.`,
    fix: () => 'What was not published is redone by the next run: end the process, or wait longer for done.',
  },
  MILLRACE_SERVER_FAILED: {
    sentence: (d) => `${d.server}: the server ${d.problem}.`,
    fix: (d) => d.fix,
    retryable: true,
  },
  MILLRACE_PEER_MISSING: {
    sentence: (d) => `${d.for} needs the package "${d.package}", which is not installed.`,
    fix: (d) => `npm install ${d.package}`,
  },
  MILLRACE_INTERNAL: {
    sentence: (d) => `A promise inside Millrace was broken: ${d.problem}.`,
    fix: () => 'This is a fault of Millrace and not of your program: please report it with the stack below.',
  },
};

function nearestText(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === undefined ? '' : `Write '${nearest}'. `;
}
