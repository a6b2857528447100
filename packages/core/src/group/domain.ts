/** The part of a job that one chain of checkpoints cuts: here one partition, where a group spreads them. */
export interface Domain {
  /** Part of paths, and of what sinks keep. */
  readonly name: string;
  readonly partition: number;
}

/** The domain of a partition. */
export function domainOf(partition: number): Domain {
  return { name: `p${partition}`, partition };
}
