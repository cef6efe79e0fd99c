import {
  type RateCounter,
  type RatePlaces,
  type RateRequest,
  type RateState,
  takeRate,
} from '../../domain/deliveries/rate-counter.ts';

export class MemoryRateCounter implements RateCounter {
  readonly #states = new Map<string, RateState>();

  async take(key: string, request: RateRequest): Promise<RatePlaces> {
    const { places, state } = takeRate(this.#states.get(key), request);
    this.#states.set(key, state);
    return places;
  }
}
