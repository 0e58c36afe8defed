// The part of @std/testing/mock this project's tests use, where the package itself is out of reach: names and
// behaviour of @std/testing 1. Knows nothing of what is tested.

import { AssertionError, deepStrictEqual } from "node:assert/strict";

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
  original: (this: Self, ...args: Args) => Return;
  calls: SpyCall<Self, Args, Return>[];
  restored: boolean;
  /** Puts the original method back. Throws {@linkcode MockError} where there is none, or twice. */
  restore(): void;
}

/** A spy in the place of a method; `using` puts the method back. */
export interface MethodSpy<Self = unknown, Args extends unknown[] = unknown[], Return = unknown>
  extends Spy<Self, Args, Return>, Disposable {}

/** What {@linkcode assertSpyCall} looks at; what is left out is not looked at. */
export interface ExpectedSpyCall<
  Self = unknown,
  Args extends unknown[] = unknown[],
  Return = unknown,
> {
  args?: [...Args, ...unknown[]];
  self?: Self;
  returned?: Return;
  error?: { Class?: new (...args: never[]) => Error; msgIncludes?: string };
}

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
  return record(isCallable(subject) ? subject : () => undefined, () => {
    throw new MockError("Cannot restore: the spy is no method");
  });
}

/** Throws `AssertionError` unless the spy was called exactly so often. */
export function assertSpyCalls<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  expectedCalls: number,
): void {
  if (spy.calls.length === expectedCalls) return;
  fail("The spy was not called as often as expected", spy.calls.length, expectedCalls);
}

/**
 * Throws `AssertionError` unless the call of that index, from 0, was as expected; `TypeError` where both a returned
 * value and an error are expected.
 */
export function assertSpyCall<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  callIndex: number,
  expected: ExpectedSpyCall<Self, Args, Return> = {},
): void {
  const call = spy.calls[callIndex];
  if (call === undefined) fail("The spy was not called so often", spy.calls.length, callIndex + 1);
  if (expected.args) assertSame("The spy's arguments differ", call.args, expected.args);
  if ("self" in expected) assertSame("The spy was a method of another", call.self, expected.self);
  if ("returned" in expected) {
    if ("error" in expected) {
      throw new TypeError("Cannot expect both a returned value and an error");
    }
    if (call.error) fail("The spy threw instead of returning", call.error, expected.returned);
    assertSame("The spy returned another value", call.returned, expected.returned);
  }
  if ("error" in expected) assertError(call, expected.error);
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
  const methodSpy = record(original, () => {
    if (methodSpy.restored) throw new MockError("Cannot restore: the method is back already");
    if (descriptor) Object.defineProperty(owner, name, descriptor);
    else delete owner[name];
    methodSpy.restored = true;
  });
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: descriptor?.enumerable ?? false,
    writable: descriptor?.writable ?? false,
    value: methodSpy,
  });
  return methodSpy;
}

function record(original: Callable, restore: () => void): MethodSpy {
  const calls: SpyCall[] = [];
  function recorder(this: unknown, ...args: unknown[]): unknown {
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
  }
  return Object.assign(recorder, {
    original,
    calls,
    restored: false,
    restore,
    [Symbol.dispose]: restore,
  });
}

function assertError(call: SpyCall, expected: ExpectedSpyCall["error"] = {}): void {
  const { Class = Error, msgIncludes = "" } = expected;
  if (!(call.error instanceof Class)) fail("The spy threw no such error", call.error, Class);
  if (!call.error.message.includes(msgIncludes)) {
    fail("The spy's error says something else", call.error.message, msgIncludes);
  }
}

function assertSame(message: string, actual: unknown, expected: unknown): void {
  try {
    deepStrictEqual(actual, expected);
  } catch {
    fail(message, actual, expected);
  }
}

function fail(message: string, actual: unknown, expected: unknown): never {
  const shown = `${message}: ${Deno.inspect(actual)}, not ${Deno.inspect(expected)}`;
  throw new AssertionError({ message: shown, actual, expected });
}
