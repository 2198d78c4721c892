const WORDS = {
    en: {
        changes: { RAISED: '', REPEATED: 'again: ', RESOLVED: 'resolved: ' },
        severities: { LOW: 'low', MEDIUM: 'medium', HIGH: 'high', CRITICAL: 'critical' },
        labels: { what: 'What happened', todo: 'What to do', severity: 'Severity', config: 'Configuration', run: 'Run', host: 'Machine', at: 'Time', since: 'Since', count: 'Times' },
        footer: 'Sent by NeonPro Backup.',
    },
    'pt-BR': {
        changes: { RAISED: '', REPEATED: 'de novo: ', RESOLVED: 'resolvido: ' },
        severities: { LOW: 'baixa', MEDIUM: 'média', HIGH: 'alta', CRITICAL: 'crítica' },
        labels: { what: 'O que houve', todo: 'O que fazer', severity: 'Gravidade', config: 'Configuração', run: 'Execução', host: 'Máquina', at: 'Horário', since: 'Desde', count: 'Vezes' },
        footer: 'Enviado pelo NeonPro Backup.',
    },
};
export function subjectOf(notice) {
    const about = notice.configName === null ? '' : `: ${notice.configName}`;
    return `[NeonPro Backup] ${WORDS[notice.locale].changes[notice.change]}${notice.title}${about}`;
}
export function textOf(notice) {
    const { labels, severities, footer } = WORDS[notice.locale];
    const isOver = notice.change === 'RESOLVED';
    const lines = [
        [labels.what, notice.message],
        [labels.todo, isOver || notice.guidance === '' ? null : notice.guidance],
        [labels.severity, severities[notice.severity]],
        [labels.config, notice.configName],
        [labels.run, notice.runId],
        [labels.host, notice.host],
        [labels.at, notice.at],
        [labels.since, notice.firstSeenAt === notice.at ? null : notice.firstSeenAt],
        [labels.count, notice.count > 1 ? String(notice.count) : null],
    ];
    return `${lines.filter(([, value]) => value !== null).map(([label, value]) => `${label}: ${value}`).join('\n')}\n\n-- \n${footer}\n`;
}
