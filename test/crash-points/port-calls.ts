/** Where a process dies: at the `nth` call of a port's method by a role, before or after its effect. */
export interface CrashPoint {
  /** `role port.method`. */
  readonly call: string;
  readonly when: 'before' | 'after';
  /** From 1. */
  readonly nth: number;
}

/**
 * Stands between the functions and their ports, counts the calls, and kills the process at one of them, by SIGKILL, which leaves no
 * time for anything. `after` means that the effect is durable but the caller does not know it yet.
 */
export class PortCalls {
  readonly counts = new Map<string, number>();
  readonly #point: CrashPoint | undefined;

  constructor(point?: CrashPoint) {
    this.#point = point;
  }

  /** The port as the role sees it. */
  of<T extends object>(role: string, port: string, target: T): T {
    return new Proxy(target, {
      get: (_target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function' || typeof name !== 'string') return member;
        return (...given: unknown[]) =>
          this.#call(`${role} ${port}.${name}`, () => Reflect.apply(member, target, given));
      },
    });
  }

  #call(call: string, effect: () => unknown): unknown {
    // A receive that ends without a message does not count as a call.
    if (call.endsWith('.receive')) return this.#receive(call, effect);
    const nth = this.#count(call);
    this.#dieAt(call, 'before', nth);
    const result = effect();
    if (!(result instanceof Promise)) {
      this.#dieAt(call, 'after', nth);
      return result;
    }
    return result.then((value: unknown) => {
      this.#dieAt(call, 'after', nth);
      return value;
    });
  }

  async #receive(call: string, effect: () => unknown): Promise<unknown> {
    const messages = await effect();
    if (!Array.isArray(messages) || messages.length === 0) return messages;
    const nth = this.#count(call);
    this.#dieAt(call, 'before', nth);
    this.#dieAt(call, 'after', nth);
    return messages;
  }

  #count(call: string): number {
    const nth = (this.counts.get(call) ?? 0) + 1;
    this.counts.set(call, nth);
    return nth;
  }

  #dieAt(call: string, when: CrashPoint['when'], nth: number): void {
    const point = this.#point;
    if (point?.call === call && point.when === when && point.nth === nth)
      process.kill(process.pid, 'SIGKILL');
  }
}

/** The methods of a port, which is a class instance or a plain object. */
export function methodsOf(port: object): readonly string[] {
  const names = new Set<string>();
  for (let at: object | null = port; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  names.delete('constructor');
  return [...names].filter((name) => typeof Reflect.get(port, name) === 'function');
}
