import { describe, expect, test } from 'vitest';
import { partitionClock, type PartitionClock } from './partition-clock.js';

function clockOf(boundMs: number): { clock: PartitionClock; emitted: number[] } {
  const emitted: number[] = [];
  return { clock: partitionClock(boundMs, (time) => emitted.push(time)), emitted };
}

describe('partitionClock', () => {
  test('is the minimum over the partitions, less the bound, and waits for the last one', () => {
    const { clock, emitted } = clockOf(5);
    clock.assign('s', 0);
    clock.assign('s', 1);
    clock.start();
    clock.timeOf('s', 0).max = 100;
    clock.emitMinimum();
    expect(emitted).toEqual([]);
    expect(clock.watermarkOf('s', 0)).toBe(95);
    expect(clock.watermarkOf('s', 1)).toBe(-Infinity);
    clock.timeOf('s', 1).max = 30;
    clock.emitMinimum();
    clock.emitMinimum();
    expect(emitted).toEqual([25]);
  });

  test('without a partition nothing is to come', () => {
    const { clock, emitted } = clockOf(5);
    clock.start();
    expect(emitted).toEqual([Infinity]);
  });

  test('the time log raises a watermark and never lowers it', () => {
    const { clock, emitted } = clockOf(0);
    clock.assign('s', 0);
    clock.start();
    clock.advance('s', 0, 60);
    clock.advance('s', 0, 50);
    clock.timeOf('s', 0).max = 55;
    clock.emitMinimum();
    expect(clock.watermarkOf('s', 0)).toBe(60);
    clock.advance('s', 0, Infinity);
    expect(emitted).toEqual([60, Infinity]);
  });

  test('says nothing before all partitions were counted in', () => {
    const { clock, emitted } = clockOf(0);
    clock.assign('s', 0);
    clock.advance('s', 0, 10);
    clock.assign('s', 1);
    clock.start();
    expect(emitted).toEqual([]);
  });

  test('partitions of the same number in two sources are two', () => {
    const { clock } = clockOf(0);
    clock.timeOf('a', 0).max = 1;
    expect(clock.watermarkOf('b', 0)).toBe(-Infinity);
  });

  test('goes on from a snapshot, and never behind it', () => {
    const { clock } = clockOf(10);
    clock.timeOf('a', 0).max = 100;
    clock.timeOf('b', 3).max = 50;
    clock.advance('b', 3, 45);
    const table = clock.snapshot();
    expect(table.length).toBe(2);

    const wider = clockOf(30);
    wider.clock.restore(table);
    wider.clock.assign('a', 0);
    wider.clock.assign('b', 3);
    wider.clock.start();
    expect(wider.emitted).toEqual([45]);
    expect(wider.clock.watermarkOf('a', 0)).toBe(90);
    wider.clock.timeOf('a', 0).max = 125;
    expect(wider.clock.watermarkOf('a', 0)).toBe(95);
    expect(wider.clock.timeOf('b', 3).max).toBe(50);
  });
});
