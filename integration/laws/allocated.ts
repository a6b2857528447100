import { Session, type HeapProfiler } from 'node:inspector';

type Node = HeapProfiler.SamplingHeapProfileNode;

/**
 * The bytes that `work` takes from the heap of JavaScript objects, whether they are still there afterwards or not. The
 * elements of a typed array are elsewhere and do not count: an object does, and so does a number that is boxed.
 */
export function allocatedBytes(work: () => void): number {
  const session = new Session();
  session.connect();
  let profile: HeapProfiler.SamplingHeapProfile | undefined;
  const options = {
    samplingInterval: 512,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  };
  session.post('HeapProfiler.startSampling', options);
  work();
  session.post('HeapProfiler.stopSampling', (error, result) => {
    if (error === null) ({ profile } = result);
  });
  session.disconnect();
  const bytes = (node: Node): number => node.children.reduce((sum, child) => sum + bytes(child), node.selfSize);
  if (profile === undefined) throw new Error('The heap was not sampled.');
  return bytes(profile.head);
}
