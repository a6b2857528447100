import { count } from './count.js';
import { first } from './first.js';
import { last } from './last.js';
import { max } from './max.js';
import { mean } from './mean.js';
import { min } from './min.js';
import { sum } from './sum.js';

/** What `aggregate` can compute over a group. */
export const agg: {
  readonly count: typeof count;
  readonly sum: typeof sum;
  readonly min: typeof min;
  readonly max: typeof max;
  readonly mean: typeof mean;
  readonly first: typeof first;
  readonly last: typeof last;
} = { count, sum, min, max, mean, first, last };
