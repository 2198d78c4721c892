import type { RealTimeMetrics } from '../../contracts/system/index.ts';
type MachineFigures = Pick<RealTimeMetrics['system'], 'cpuPercent' | 'memoryPercent' | 'diskPercent' | 'networkBytesPerSecond'>;
/** `home` names the file system of `diskPercent`. Percentages are 0–100. */
export declare function machineFigures(home: string): Promise<MachineFigures>;
export {};
