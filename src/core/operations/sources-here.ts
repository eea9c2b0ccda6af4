import type { Context } from './operation.js';

/** The sources whose settings this process has, whether it runs them or not. */
export interface SourcesHere {
  /** Those of the context's tenant. */
  list(
    context: Context,
  ): Promise<readonly { readonly name: string; readonly kind: string; readonly place: string }[]>;
  /**
   * Has one of them look once, here; what it could not do is in its state. False where another process runs it
   * meanwhile, or where it did not come to its end by the deadline (of performance.now()).
   */
  once(context: Context, name: string, deadline: number): Promise<boolean>;
}
