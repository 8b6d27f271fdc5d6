import type { Metric, TrackedRun } from '@omnict/core';
import type { Systeminformation } from 'systeminformation';

/** Pause between samples in ms, as MLflow's own. */
const INTERVAL_MS = 10_000;

const MEGABYTE = 1e6;

/**
 * Samples this machine's load into a run, under the names that MLflow's page of system metrics shows.
 */
export class SystemMetrics {
  private timer: NodeJS.Timeout | undefined;
  private step = 0;
  private running: Promise<void> = Promise.resolve();
  private network: { received: number; sent: number } | undefined;

  constructor(
    private readonly run: TrackedRun,
    private readonly intervalMs = INTERVAL_MS,
  ) {}

  /** Starts sampling; never keeps the process alive. */
  start(): void {
    this.timer ??= setInterval(() => {
      this.running = this.running.then(() => this.sample());
    }, this.intervalMs);
    this.timer.unref();
  }

  /** Stops sampling. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.running;
  }

  private async sample(): Promise<void> {
    const timestamp = Date.now();
    const values = await this.read().catch(() => []); // a machine that tells nothing fails no run
    if (values.length === 0) return;
    const step = this.step++;
    const metrics = values
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]): Metric => ({ key: `system/${name}`, value, step, timestamp }));
    this.run.logMetrics(metrics);
  }

  private async read(): Promise<[name: string, value: number][]> {
    const { default: system } = await import('systeminformation'); // loaded when first needed
    const [load, memory, disks, networks, gpus] = await Promise.all([
      system.currentLoad(),
      system.mem(),
      system.fsSize(),
      system.networkStats('*'),
      system.graphics(),
    ]);
    const used = memory.total - memory.available;
    const disk = disks.find(({ mount }) => mount === '/') ?? disks[0];
    const traffic = {
      received: networks.reduce((sum, { rx_bytes: bytes }) => sum + bytes, 0),
      sent: networks.reduce((sum, { tx_bytes: bytes }) => sum + bytes, 0),
    };
    this.network ??= traffic; // MLflow counts from the run's start
    return [
      ['cpu_utilization_percentage', load.currentLoad],
      ['system_memory_usage_megabytes', used / MEGABYTE],
      ['system_memory_usage_percentage', (100 * used) / memory.total],
      ['network_receive_megabytes', (traffic.received - this.network.received) / MEGABYTE],
      ['network_transmit_megabytes', (traffic.sent - this.network.sent) / MEGABYTE],
      ...(disk === undefined
        ? []
        : ([
            ['disk_usage_percentage', disk.use],
            ['disk_usage_megabytes', disk.used / MEGABYTE],
            ['disk_available_megabytes', disk.available / MEGABYTE],
          ] as [string, number][])),
      ...gpus.controllers.flatMap(gpuMetrics),
    ];
  }
}

/** Metrics of one NVIDIA card; others tell nothing. */
function gpuMetrics(
  gpu: Systeminformation.GraphicsControllerData,
  index: number,
): [string, number][] {
  const { utilizationGpu, memoryUsed, memoryTotal, powerDraw } = gpu;
  if (utilizationGpu === undefined) return [];
  return [
    [`gpu_${index}_utilization_percentage`, utilizationGpu],
    // systeminformation gives mebibytes, as nvidia-smi does.
    [`gpu_${index}_memory_usage_megabytes`, ((memoryUsed ?? NaN) * 1_048_576) / MEGABYTE],
    [`gpu_${index}_memory_usage_percentage`, (100 * (memoryUsed ?? NaN)) / (memoryTotal ?? NaN)],
    [`gpu_${index}_power_usage_watts`, powerDraw ?? NaN],
  ];
}
