import { expect, test } from 'vitest';
import { comparisonOf } from './compare.js';

const kept = (walls: readonly number[], records = 100, name = 'millrace') => ({
  suite: 'a',
  plan: { records, repeat: walls.length, engines: [name], warmUpRecords: 10 },
  inputs: [{ scale: 1, description: 'rows', sha256: 'abcdef0123456789', answer: 'x' }],
  competitors: [
    {
      name,
      engine: name,
      scale: 1,
      settings: {},
      status: 'right' as const,
      samples: walls.map((wallMs) => ({ wallMs, cpuMs: 10, peakMb: 10 })),
    },
  ],
});

test('two kept results are compared engine by engine, with their intervals', () => {
  expect(comparisonOf(kept([10, 10, 10]), kept([5, 5, 5]))).toEqual([
    'millrace  wallMs × 0.50 (0.50–0.50)  cpuMs × 1.00 (1.00–1.00, no verdict)  peakMb × 1.00 (1.00–1.00, no verdict)',
  ]);
  expect(comparisonOf(kept([10]), kept([5]))[0]).toContain('wallMs × 0.50 (too few runs)');
  expect(comparisonOf(kept([10, 10, 10]), kept([5, 5, 5], 100, 'other'))).toEqual([
    'other  has no figure in one of them',
  ]);
});

test('answers to different questions are not compared', () => {
  expect(() => comparisonOf(kept([1]), kept([1], 200))).toThrow(
    'They answer different questions: a over 100 records (abcdef01), and a over 200 records',
  );
});
