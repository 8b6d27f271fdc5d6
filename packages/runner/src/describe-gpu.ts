import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hasAddon } from '@omnict/nn';

/** Where the Linux kernel module of NVIDIA's driver says its version. */
const DRIVER_FILE = '/proc/driver/nvidia/version';

/** What the CUDA engine needs, in the order in which it is looked for. */
export interface GpuFacts {
  platform: string;
  /** Content of the driver's version file. */
  driver: string | undefined;
  /** Names and memory as nvidia-smi prints them. */
  cards: string | undefined;
  /** Whether the addon of `@tensorflow/tfjs-node-gpu` is compiled. */
  hasAddon: boolean;
}

/** The graphics card of this machine, or what is missing to use one and what would help. */
export function describeGpu(facts: GpuFacts = gpuFacts()): string {
  const { platform, driver, cards, hasAddon } = facts;
  if (platform !== 'linux-x64') {
    return `CUDA needs Linux x64, this is ${platform}; OMNICT_ENGINE=webgpu uses other cards`;
  }
  if (driver === undefined) {
    return 'no NVIDIA driver is loaded; OMNICT_ENGINE=webgpu uses cards with a Vulkan driver';
  }
  const version = /Module\s+(?:for \S+\s+)?(\d+[.\d]*)/.exec(driver)?.[1] ?? 'of unknown version';
  const found = `NVIDIA driver ${version}${cards === undefined ? '' : `, ${cards}`}`;
  return hasAddon ? found : `${found}; the CUDA engine is not set up: npx omnict setup --gpu`;
}

function gpuFacts(): GpuFacts {
  return {
    platform: `${process.platform}-${process.arch}`,
    driver: existsSync(DRIVER_FILE) ? readFileSync(DRIVER_FILE, 'utf8') : undefined,
    cards: existsSync(DRIVER_FILE) ? namesOfCards() : undefined,
    hasAddon: hasAddon('@tensorflow/tfjs-node-gpu'),
  };
}

function namesOfCards(): string | undefined {
  try {
    const args = ['--query-gpu=name,memory.total', '--format=csv,noheader'];
    const output = execFileSync('nvidia-smi', args, { encoding: 'utf8', timeout: 10_000 });
    return output.trim().split('\n').join('; ');
  } catch {
    return undefined; // the driver is there without its tools
  }
}
