/** Something that is asked for when it is shown, kept while it is asked for again, and asked for regularly if need be. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { ApiError } from "./api.js";

/**
 * @template Data
 * @typedef {{data: Data | null, error: ApiError | null, isLoading: boolean, reload: () => void, set: (data: Data) => void}} Resource
 */

/**
 * Load something, and again whenever `wanted` changes. An answer that is overtaken by a later question is dropped.
 * A hidden tab does not ask; it does so at once when it is seen again.
 * @template Data
 * @param {(signal: AbortSignal) => Promise<Data>} load
 * @param {unknown[]} [wanted]
 * @param {{everySeconds?: number | null, isEnabled?: boolean}} [how]
 * @returns {Resource<Data>}
 */
export function useResource(load, wanted = [], { everySeconds = null, isEnabled = true } = {}) {
  const [data, setData] = useState(/** @type {Data | null} */ (null));
  const [error, setError] = useState(/** @type {ApiError | null} */ (null));
  const [isLoading, setLoading] = useState(isEnabled);
  const running = useRef(/** @type {AbortController | null} */ (null));
  const latest = useRef(load);
  latest.current = load;

  const reload = useCallback(async () => {
    running.current?.abort();
    const attempt = new AbortController();
    running.current = attempt;
    setLoading(true);
    try {
      const found = await latest.current(attempt.signal);
      if (attempt.signal.aborted) return;
      setData(() => found);
      setError(null);
    } catch (problem) {
      if (attempt.signal.aborted) return;
      setError(problem instanceof ApiError ? problem : new ApiError(String(problem)));
    }
    setLoading(false);
  }, []);

  useEffect(() => {
    if (!isEnabled) {
      setLoading(false);
      return undefined;
    }
    void reload();
    return () => running.current?.abort();
  }, [isEnabled, ...wanted]);

  useEffect(() => {
    if (!isEnabled || everySeconds === null) return undefined;
    const again = () => {
      if (!document.hidden) void reload();
    };
    const timer = setInterval(again, everySeconds * 1_000);
    document.addEventListener("visibilitychange", again);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [isEnabled, everySeconds]);

  return { data, error, isLoading, reload, set: (found) => setData(() => found) };
}

/**
 * Something to do on a click, one at a time: `run` does it, `isBusy` says that it is being done, `error` what went wrong.
 * @template {unknown[]} Given
 * @param {(...given: Given) => Promise<unknown>} act
 */
export function useAction(act) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {ApiError | null} */ (null));
  const isRunning = useRef(false);
  /** @param {Given} given @returns {Promise<boolean>} whether it was done */
  const run = async (...given) => {
    if (isRunning.current) return false;
    isRunning.current = true;
    setBusy(true);
    setError(null);
    try {
      await act(...given);
      return true;
    } catch (problem) {
      setError(problem instanceof ApiError ? problem : new ApiError(String(/** @type {Error} */ (problem).message)));
      return false;
    } finally {
      isRunning.current = false;
      setBusy(false);
    }
  };
  return { run, isBusy, error, clear: () => setError(null) };
}
