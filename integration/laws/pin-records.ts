import { randomOf, type TestRecord } from '@millrace/core/testing';

/**
 * Small random pins with every kind of trouble that the laws are about: re-posts, disorder within a partition, some
 * beyond what the graph waits for, quiet partitions, broken records, null keys and equal times.
 */
export function pinRecords(seed: number, partitions: number, perPartition: number): TestRecord[][] {
  const random = randomOf(seed);
  const categories = ['art', 'beauty', 'diy', 'travel', 'ünïcode', ''];
  const start = Date.UTC(2026, 0, 5, 12, 0, 0);
  return Array.from({ length: partitions }, () => {
    const records: TestRecord[] = [];
    let time = start + random.below(2000);
    for (let i = 0; i < perPartition; i++) {
      time += random.below(4000);
      if (random.below(40) === 0) time += 90_000;
      // Mostly within the 5 s that the graph waits for, now and then far behind it.
      const at = time - (random.below(25) === 0 ? 20_000 : random.below(5500));
      if (random.below(30) === 0) records.push({ pauseMs: 20 + random.below(200) });
      records.push(
        random.below(25) === 0
          ? random.pick(broken)
          : pin(random.below(60), at, random.pick(categories), random.below(9)),
      );
    }
    return records;
  });
}

const broken = [
  '{"unique_id":"torn',
  '{"unique_id":7}',
  '[]',
  '{"unique_id":"x","category":null,"followers":"1","at":"2026"}',
];

function pin(id: number, at: number, category: string, kind: number): TestRecord {
  const followers = ['12k', '1.5M', '422', '0', 'User Info Error', '7', 'many', '3k', '0.5k'][kind]!;
  const value = { unique_id: id === 0 ? null : `pin-${id}`, category, followers, at: new Date(at).toISOString() };
  return { value: JSON.stringify(value), key: value.unique_id, brokerTime: at + 100 };
}
