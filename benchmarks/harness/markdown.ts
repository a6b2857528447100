import type { Machine } from './machine.js';
import type { CompetitorRun, SuiteRun } from './run-suite.js';
import { median, type Ratio } from './statistics.js';
import type { Measure } from './suite.js';
import { measureNames, type TargetResult, type Verdicts } from './verdicts.js';

const measureTexts: { readonly [M in Measure]: string } = { wallMs: 'time', cpuMs: 'CPU time', peakMb: 'peak memory' };

/** The report of a run. What speaks against us comes first; who was wrong is named, and in no table. */
export function markdownOf(run: SuiteRun, verdicts: Verdicts, on: Machine): string {
  const { repeat, records, warmUpRecords } = run.plan;
  return [
    `# ${run.title}`,
    run.question,
    '## Where we lose',
    listOf(lossTexts(verdicts), 'Nowhere, against these.'),
    ...section('## Wrong or failed', problemTexts(run)),
    '## Measured',
    measuredTable(run, verdicts),
    '## What others need, as a multiple of what Millrace needs',
    'Ratios of medians with 95 % bootstrap intervals. Above 1 Millrace needs less; there is no verdict where the interval spans 1.',
    ratiosTable(verdicts),
    ...section('## Targets', verdicts.targets.map(targetText)),
    '## How it was measured',
    listOf([
      ...run.inputs.map(({ description, sha256 }) => `Input: ${description}, sha256 \`${sha256.slice(0, 16)}\``),
      `${repeat} runs each, in turns, every one in a process of its own after a run over ${count(warmUpRecords)} records that is not measured; ${count(records)} records, loaded before the clock starts where they are in memory`,
      'Every answer was compared with the right one, row by row',
      `${on.processor}, ${on.cores} cores, ${on.memoryGb} GB, ${on.system}, Node ${on.node}, commit ${on.commit}`,
      ...run.competitors.map(({ name, settings }) => `${name}: ${settingsText(settings)}`),
    ]),
    '',
  ].join('\n\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, listOf(lines)];
}

function listOf(lines: readonly string[], otherwise = ''): string {
  return lines.length === 0 ? otherwise : lines.map((line) => `- ${line}`).join('\n');
}

function lossTexts({ losses, targets }: Verdicts): string[] {
  const lost = losses.map(
    ({ competitor, measure, ratio }) => `${competitor} needs ${ratioText(ratio)} of our ${measureTexts[measure]}`,
  );
  return [...lost, ...targets.filter(({ reached }) => !reached).map(targetText)];
}

function targetText({ competitor, measure, atLeast, atMost, ratio, reached, certain }: TargetResult): string {
  const bound = atLeast === undefined ? `at most ${rounded(atMost!)}` : `at least ${rounded(atLeast)}`;
  const verdict = `${reached ? 'reached' : 'missed'}${certain ? '' : ', but the interval spans the target'}`;
  return `${measureTexts[measure]} of ${competitor} is to be ${bound} times ours: ${ratioText(ratio)}, ${verdict}`;
}

function rounded(value: number): string {
  return String(Number(value.toFixed(2)));
}

function problemTexts({ competitors }: SuiteRun): string[] {
  return competitors
    .filter(({ status }) => status !== 'right')
    .map(({ name, status, problem }) => `**${name}: ${status}**: ${problem?.split('\n')[0]}`);
}

function measuredTable({ plan, competitors }: SuiteRun, { medians }: Verdicts): string {
  const samplesOf = (competitor: string): CompetitorRun => competitors.find(({ name }) => name === competitor)!;
  const extra = extraColumns.filter(({ of }) => competitors.some(({ samples }) => samples.some((each) => each[of] !== undefined))); // prettier-ignore
  const rows = medians.map(({ competitor, medians: { wallMs, cpuMs, peakMb }, count: runs }) => {
    const { scale, samples } = samplesOf(competitor);
    const records = plan.records * scale;
    const walls = samples.map((sample) => sample.wallMs);
    return [
      competitor,
      `${wallMs.toFixed(0)} ms`,
      `${Math.min(...walls).toFixed(0)}–${Math.max(...walls).toFixed(0)}`,
      count(records / wallMs),
      ((wallMs * 1e6) / records).toFixed(0),
      cpuPerMillion(cpuMs, records),
      peakMb.toFixed(0),
      ...extra.map(({ of, text }) => text(median(samples.map((sample) => sample[of] ?? 0)), records)),
      String(runs),
    ];
  });
  const head = ['', 'median', 'all', 'k records/s', 'ns/record', 'CPU s per million', 'peak MB'];
  return table([...head, ...extra.map(({ title }) => title), 'runs'], rows);
}

/** What only some suites measure. */
const extraColumns = [
  { of: 'startMs', title: 'until the first record, ms', text: (value: number): string => value.toFixed(0) },
  { of: 'serverCpuMs', title: "server's CPU s per million", text: cpuPerMillion },
] as const;

function cpuPerMillion(cpuMs: number, records: number): string {
  return (cpuMs / 1000 / (records / 1e6)).toFixed(2);
}

function ratiosTable({ comparisons }: Verdicts): string {
  const rows = comparisons.map(({ competitor, ratios }) => [
    competitor,
    ...measureNames.map((measure) => ratioText(ratios[measure]) + (spansOne(ratios[measure]) ? ', no verdict' : '')),
  ]);
  return table(['', ...measureNames.map((measure) => measureTexts[measure])], rows);
}

function spansOne({ low, high }: Ratio): boolean {
  return low <= 1 && high >= 1;
}

function ratioText({ value, low, high }: Ratio): string {
  const interval = high === Infinity ? 'too few runs' : `${low.toFixed(2)}–${high.toFixed(2)}`;
  return `${value.toFixed(2)} (${interval})`;
}

function settingsText(settings: { readonly [name: string]: string | number }): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}
