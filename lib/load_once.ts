// Loads what a start does not wait for. Knows nothing of what it is.

/**
 * Returns what loads it when it is first needed, and once; a load that failed is tried again with the next need.
 * A module that Deno could not load stays so for the life of the process.
 */
export function loadOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () =>
    loaded ??= load().catch((error) => {
      loaded = undefined;
      throw error;
    });
}
