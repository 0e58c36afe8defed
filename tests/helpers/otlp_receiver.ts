// An OpenTelemetry collector on a free port: keeps what it is sent as OTLP over HTTP with JSON.

/** A span as it arrived. */
export interface ReceivedSpan {
  readonly scope: string;
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 2 for an error (OTLP: Status). */
  readonly status: number;
}

export interface OtlpReceiver extends AsyncDisposable {
  /** The variables that a process sends to it with. */
  readonly env: Readonly<Record<string, string>>;
  /** Every body that arrived, of spans, metrics and anything else. */
  readonly bodies: readonly string[];
  /** The paths that were called. */
  readonly paths: ReadonlySet<string>;
  spans(): ReceivedSpan[];
  /** The names of metrics, with the attributes of their points. */
  metrics(): Map<string, Record<string, unknown>[]>;
  /** Resolves when something has arrived that makes this true; fails after a minute. */
  until(isTrue: () => boolean): Promise<void>;
}

/** Starts the collector. */
export function startOtlpReceiver(): OtlpReceiver {
  const bodies: string[] = [];
  // Parsed once: `until` looks again at each arrival.
  // deno-lint-ignore no-explicit-any
  const parsed: any[] = [];
  const paths = new Set<string>();
  const waiting = new Set<() => void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    paths.add(new URL(request.url).pathname);
    const body = await request.text();
    bodies.push(body);
    parsed.push(JSON.parse(body));
    for (const look of waiting) look();
    return Response.json({});
  });
  // deno-lint-ignore no-explicit-any
  const all = (key: string): any[] => parsed.flatMap((body) => body[key] ?? []);
  return {
    env: {
      OTEL_DENO: "true",
      OTEL_DENO_TRACING: "false",
      OTEL_METRIC_EXPORT_INTERVAL: "100",
      OTEL_BSP_SCHEDULE_DELAY: "100",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
    },
    bodies,
    paths,
    spans: () =>
      all("resourceSpans").flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ scope, spans }) =>
          // deno-lint-ignore no-explicit-any
          spans.map((span: any) => ({
            ...span,
            scope: scope.name,
            attributes: plain(span.attributes),
            status: span.status?.code ?? 0,
          }))
        ),
    metrics() {
      const found = new Map<string, Record<string, unknown>[]>();
      const metrics = all("resourceMetrics").flatMap(({ scopeMetrics }) => scopeMetrics)
        .flatMap(({ metrics }) => metrics);
      for (const { name, histogram, gauge, sum } of metrics) {
        const { dataPoints = [] } = histogram ?? gauge ?? sum ?? {};
        // deno-lint-ignore no-explicit-any
        const points = dataPoints.map((point: any) => plain(point.attributes));
        found.set(name, [...found.get(name) ?? [], ...points]);
      }
      return found;
    },
    until: (isTrue) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!isTrue()) return;
          clearTimeout(failsafe);
          waiting.delete(look);
          resolve();
        };
        const failsafe = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`It never became true, with ${bodies.length} bodies: ${isTrue}`));
        }, 60_000);
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A list of OTLP's key-value pairs as a record. */
// deno-lint-ignore no-explicit-any
function plain(attributes: any[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
  );
}
