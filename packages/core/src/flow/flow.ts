import { Observable, type Subscriber } from 'rxjs';
import type { Mode } from '../connector/sink.js';
import type { PlanNode } from '../plan/node.js';
import type { Fields } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import type { Signal } from './signal.js';

const brand: symbol = Symbol.for('millrace.flow');

/**
 * A typed stream of signals that knows its schema, its mode and the plan behind it.
 *
 * A Flow is a handle on the plan: piping it through operators builds the plan and moves no record. Subscribing to it
 * registers a tap: the merged signals of all tasks, live while a job that holds it runs, outside its checkpoints.
 */
export class Flow<F extends Fields, M extends Mode = 'append'> extends Observable<Signal<F>> {
  readonly schema: Schema<F>;
  readonly mode: M;
  /** The operator behind the flow, and through its inputs all the plan. */
  readonly node: PlanNode;

  constructor(node: PlanNode) {
    super((subscriber: Subscriber<Signal<F>>) => node.tap.subscribe(subscriber as Subscriber<Signal>));
    this.schema = node.schema as Schema<F>;
    this.mode = node.mode as M;
    this.node = node;
    Object.defineProperty(this, brand, { value: true });
  }

  // Its own pipe, with as many overloads as anyone writes (rxjs has nine): our operators keep a Flow a Flow, and after
  // an rxjs operator, which gives a plain Observable, the rest no longer type-checks.
  override pipe(): this;
  // prettier-ignore
  override pipe<A>(a: (flow: this) => A): A;
  // prettier-ignore
  override pipe<A, B>(a: (flow: this) => A, b: (flow: A) => B): B;
  // prettier-ignore
  override pipe<A, B, C>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C): C;
  // prettier-ignore
  override pipe<A, B, C, D>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D): D;
  // prettier-ignore
  override pipe<A, B, C, D, E>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E): E;
  // prettier-ignore
  override pipe<A, B, C, D, E, G>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G): G;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H): H;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I): I;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J): J;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K): K;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K, L>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K, l: (flow: K) => L): L;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K, L, N>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K, l: (flow: K) => L, n: (flow: L) => N): N;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K, L, N, O>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K, l: (flow: K) => L, n: (flow: L) => N, o: (flow: N) => O): O;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K, L, N, O, P>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K, l: (flow: K) => L, n: (flow: L) => N, o: (flow: N) => O, p: (flow: O) => P): P;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K, L, N, O, P, Q>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K, l: (flow: K) => L, n: (flow: L) => N, o: (flow: N) => O, p: (flow: O) => P, q: (flow: P) => Q): Q;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K, L, N, O, P, Q, S>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K, l: (flow: K) => L, n: (flow: L) => N, o: (flow: N) => O, p: (flow: O) => P, q: (flow: P) => Q, s: (flow: Q) => S): S;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K, L, N, O, P, Q, S, U>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K, l: (flow: K) => L, n: (flow: L) => N, o: (flow: N) => O, p: (flow: O) => P, q: (flow: P) => Q, s: (flow: Q) => S, u: (flow: S) => U): U;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K, L, N, O, P, Q, S, U, V>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K, l: (flow: K) => L, n: (flow: L) => N, o: (flow: N) => O, p: (flow: O) => P, q: (flow: P) => Q, s: (flow: Q) => S, u: (flow: S) => U, v: (flow: U) => V): V;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K, L, N, O, P, Q, S, U, V, W>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K, l: (flow: K) => L, n: (flow: L) => N, o: (flow: N) => O, p: (flow: O) => P, q: (flow: P) => Q, s: (flow: Q) => S, u: (flow: S) => U, v: (flow: U) => V, w: (flow: V) => W): W;
  // prettier-ignore
  override pipe<A, B, C, D, E, G, H, I, J, K, L, N, O, P, Q, S, U, V, W, X>(a: (flow: this) => A, b: (flow: A) => B, c: (flow: B) => C, d: (flow: C) => D, e: (flow: D) => E, g: (flow: E) => G, h: (flow: G) => H, i: (flow: H) => I, j: (flow: I) => J, k: (flow: J) => K, l: (flow: K) => L, n: (flow: L) => N, o: (flow: N) => O, p: (flow: O) => P, q: (flow: P) => Q, s: (flow: Q) => S, u: (flow: S) => U, v: (flow: U) => V, w: (flow: V) => W, x: (flow: W) => X): X;
  override pipe(...operators: readonly ((flow: never) => unknown)[]): unknown {
    return operators.reduce<unknown>((flow, operator) => (operator as (flow: unknown) => unknown)(flow), this);
  }
}

/** Whether `value` is a Flow, also across two copies of the package. */
export function isFlow(value: unknown): value is Flow<Fields, Mode> {
  return typeof value === 'object' && value !== null && brand in value;
}
