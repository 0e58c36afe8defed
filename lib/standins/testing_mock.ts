// The part of @std/testing/mock this project's tests use, where the package itself is out of reach: names and
// behaviour of @std/testing 1. Knows nothing of what is tested.
//
// Not offered, so that using it does not compile: spies on classes, stub(), assertSpyCall() and its kin, returnsNext()
// and its kin, mockSession(), restore(). What a spy was called with stands in `spy.calls`.

import { AssertionError } from "node:assert/strict";

/** One call of a spied function. */
export interface SpyCall<Self = unknown, Args extends unknown[] = unknown[], Return = unknown> {
  args: Args;
  /** Absent if the call threw. */
  returned?: Return;
  error?: Error;
  /** What the function was a method of in this call. */
  self?: Self;
}

/** A function that behaves as its original and remembers its calls. */
export interface Spy<Self = unknown, Args extends unknown[] = unknown[], Return = unknown> {
  (this: Self, ...args: Args): Return;
  readonly original: (this: Self, ...args: Args) => Return;
  readonly calls: SpyCall<Self, Args, Return>[];
  readonly restored: boolean;
  /** Puts the original method back. Throws {@linkcode MockError} where there is none, or twice. */
  restore(): void;
}

/** A spy in the place of a method; `using` puts the method back. */
export interface MethodSpy<Self = unknown, Args extends unknown[] = unknown[], Return = unknown>
  extends Spy<Self, Args, Return>, Disposable {}

/** A spy was asked for something it cannot do. */
export class MockError extends Error {
  override name = "MockError";
}

/** A spy that does nothing. */
export function spy<
  Self = unknown,
  Args extends unknown[] = unknown[],
  Return = undefined,
>(): Spy<Self, Args, Return>;
/** A spy around a function. */
export function spy<Self, Args extends unknown[], Return>(
  original: (this: Self, ...args: Args) => Return,
): Spy<Self, Args, Return>;
/** A spy in the place of a method, until it is restored. */
export function spy<Self, Name extends keyof Self>(
  self: Self,
  name: Name,
): MethodSpy<Self, ArgsOf<Self, Name>, ReturnOf<Self, Name>>;
export function spy(subject?: unknown, name?: PropertyKey): Spy {
  if (name !== undefined) return spyOnMethod(Object(subject), name);
  return record(isCallable(subject) ? subject : () => undefined, () => false, () => {
    throw new MockError("Cannot restore: the spy is no method");
  });
}

/** Throws `AssertionError` unless the spy was called exactly so often. */
export function assertSpyCalls<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  expectedCalls: number,
): void {
  if (spy.calls.length === expectedCalls) return;
  throw new AssertionError({
    message: `The spy was called ${spy.calls.length} times, not ${expectedCalls}`,
    actual: spy.calls.length,
    expected: expectedCalls,
  });
}

type ArgsOf<Self, Name extends keyof Self> = Self[Name] extends (...args: infer Args) => unknown
  ? Args
  : unknown[];
type ReturnOf<Self, Name extends keyof Self> = Self[Name] extends (...args: never[]) => infer Return
  ? Return
  : unknown;
type Callable = (this: unknown, ...args: unknown[]) => unknown;

function isCallable(value: unknown): value is Callable {
  return typeof value === "function";
}

function spyOnMethod(owner: Record<PropertyKey, unknown>, name: PropertyKey): MethodSpy {
  const original = owner[name];
  if (!isCallable(original)) throw new MockError(`Cannot spy: ${String(name)} is no method`);
  if ("restored" in original) throw new MockError(`Cannot spy: ${String(name)} is a spy already`);
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (descriptor?.configurable === false) {
    throw new MockError(`Cannot spy: ${String(name)} is not configurable`);
  }
  let isRestored = false;
  const methodSpy = record(original, () => isRestored, () => {
    if (isRestored) throw new MockError("Cannot restore: the method is back already");
    if (descriptor) Object.defineProperty(owner, name, descriptor);
    else delete owner[name];
    isRestored = true;
  });
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: descriptor?.enumerable ?? false,
    writable: descriptor?.writable ?? false,
    value: methodSpy,
  });
  return methodSpy;
}

function record(original: Callable, isRestored: () => boolean, restore: () => void): MethodSpy {
  const calls: SpyCall[] = [];
  const spy = function (this: unknown, ...args: unknown[]): unknown {
    const call: SpyCall = { args };
    if (this) call.self = this;
    try {
      call.returned = original.apply(this, args);
      return call.returned;
    } catch (error) {
      call.error = error as Error;
      throw error;
    } finally {
      calls.push(call);
    }
  };
  return Object.defineProperties(spy, {
    original: { enumerable: true, value: original },
    calls: { enumerable: true, value: calls },
    restored: { enumerable: true, get: isRestored },
    restore: { enumerable: true, value: restore },
    [Symbol.dispose]: { value: restore },
  }) as unknown as MethodSpy;
}
