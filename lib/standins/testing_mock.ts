// The part of @std/testing/mock that this project's tests use, for where the package is out of reach: names
// and behaviour of @std/testing 1. It spies on a method, and nothing else.

/** One call of a spied method. */
export interface SpyCall<Self = unknown, Args extends unknown[] = unknown[], Return = unknown> {
  args: Args;
  /** Absent if the call threw. */
  returned?: Return;
  error?: Error;
  /** The object whose method was called. */
  self?: Self;
}

/** A method that behaves as its original and remembers its calls; `using` puts the original back. */
export interface MethodSpy<Self = unknown, Args extends unknown[] = unknown[], Return = unknown>
  extends Disposable {
  (this: Self, ...args: Args): Return;
  readonly calls: SpyCall<Self, Args, Return>[];
}

/** A spy was asked for something it cannot do. */
export class MockError extends Error {
  override name = "MockError";
}

/** Puts a spy in the place of a method, until it is disposed. */
export function spy<Self, Name extends keyof Self>(
  self: Self,
  name: Name,
): MethodSpy<Self, ArgsOf<Self, Name>, ReturnOf<Self, Name>>;
export function spy(self: unknown, name: PropertyKey): MethodSpy {
  const owner: Record<PropertyKey, unknown> = Object(self);
  const original = owner[name];
  if (!isCallable(original)) throw new MockError(`Cannot spy: ${String(name)} is no method`);
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  let isRestored = false;
  const value = record(original, () => {
    if (isRestored) throw new MockError("Cannot restore: the method is back already");
    if (descriptor) Object.defineProperty(owner, name, descriptor);
    else delete owner[name];
    isRestored = true;
  });
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: descriptor?.enumerable ?? false,
    writable: descriptor?.writable ?? false,
    value,
  });
  return value;
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

function record(original: Callable, restore: () => void): MethodSpy {
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
  return Object.assign(spy, { calls, [Symbol.dispose]: restore });
}
