export declare const HEALTH_TEXTS: {
    readonly 'database.ok': {
        readonly en: "The database {database} answers.";
        readonly 'pt-BR': "O banco {database} responde.";
    };
    readonly 'repository.ok': {
        readonly en: "The repository answers and opens with the key.";
        readonly 'pt-BR': "O repositório responde e abre com a chave.";
    };
    readonly 'scheduler.ok': {
        readonly en: "A scheduler is running.";
        readonly 'pt-BR': "Há um agendador em execução.";
    };
    readonly 'scheduler.none': {
        readonly en: "No scheduler is running: nothing starts by itself. Start one with \"neonpro-backup serve\".";
        readonly 'pt-BR': "Nenhum agendador em execução: nada começa sozinho. Inicie um com \"neonpro-backup serve\".";
    };
    readonly 'backups.none': {
        readonly en: "There is no enabled configuration: nothing is backed up. Add one with \"neonpro-backup config add\".";
        readonly 'pt-BR': "Não há configuração habilitada: nada é copiado. Adicione uma com \"neonpro-backup config add\".";
    };
    readonly 'backup.ok': {
        readonly en: "The last good backup is of {at}.";
        readonly 'pt-BR': "O último backup bom é de {at}.";
    };
    readonly 'backup.never': {
        readonly en: "There is no backup yet. Make one with \"neonpro-backup run {name}\".";
        readonly 'pt-BR': "Ainda não há backup. Faça um com \"neonpro-backup run {name}\".";
    };
    readonly 'backup.neverOverdue': {
        readonly en: "There is no backup, though one was due at {due}. Look at the alerts, then \"neonpro-backup run {name}\".";
        readonly 'pt-BR': "Não há backup, embora um estivesse previsto para {due}. Veja os alertas e depois \"neonpro-backup run {name}\".";
    };
    readonly 'backup.onlyIncomplete': {
        readonly en: "Every backup is incomplete; the newest is of {at}. The run's record lists what is missing.";
        readonly 'pt-BR': "Todos os backups estão incompletos; o mais novo é de {at}. O registro da execução lista o que falta.";
    };
    readonly 'backup.newestIncomplete': {
        readonly en: "The newest backup, of {newest}, is incomplete; the last good one is of {at}.";
        readonly 'pt-BR': "O backup mais novo, de {newest}, está incompleto; o último bom é de {at}.";
    };
    readonly 'backup.overdue': {
        readonly en: "The last good backup is of {at}; the next was due at {due}. Look at the alerts, then \"neonpro-backup run {name}\".";
        readonly 'pt-BR': "O último backup bom é de {at}; o próximo era previsto para {due}. Veja os alertas e depois \"neonpro-backup run {name}\".";
    };
    readonly 'backup.overdueRunning': {
        readonly en: "The last good backup is of {at}; the one due at {due} is running.";
        readonly 'pt-BR': "O último backup bom é de {at}; o previsto para {due} está em execução.";
    };
    readonly 'space.ok': {
        readonly en: "{repository} free at the repository, {home} at HOME.";
        readonly 'pt-BR': "{repository} livres no repositório, {home} em HOME.";
    };
    readonly 'space.low': {
        readonly en: "{repository} free at the repository, {home} at HOME; the limit is {limit}. Free some room or shorten the retention.";
        readonly 'pt-BR': "{repository} livres no repositório, {home} em HOME; o limite é {limit}. Libere espaço ou reduza a retenção.";
    };
    readonly 'space.unknown': {
        readonly en: "How much room is free at repository or HOME can not be known.";
        readonly 'pt-BR': "Não é possível saber o espaço livre no repositório ou em HOME.";
    };
    readonly 'alerts.none': {
        readonly en: "No alert is open.";
        readonly 'pt-BR': "Nenhum alerta aberto.";
    };
    readonly 'alerts.open': {
        readonly en: "{count} alerts are open, {critical} of them critical. \"neonpro-backup status\" lists them.";
        readonly 'pt-BR': "{count} alertas abertos, {critical} deles críticos. \"neonpro-backup status\" os lista.";
    };
    readonly 'channels.ok': {
        readonly en: "Alarms go out by {channels}.";
        readonly 'pt-BR': "Os alarmes saem por {channels}.";
    };
    readonly 'channels.none': {
        readonly en: "No channel is set up: nobody is told of an alarm. Set SMTP_URL, ALERT_EMAIL_FROM and ALERT_EMAIL_TO, or WEBHOOK_URL (docs/alarms.md).";
        readonly 'pt-BR': "Nenhum canal configurado: ninguém é avisado de um alarme. Defina SMTP_URL, ALERT_EMAIL_FROM e ALERT_EMAIL_TO, ou WEBHOOK_URL (docs/alarms.md).";
    };
    readonly 'heartbeat.ok': {
        readonly en: "A heartbeat is set: a service outside notices when this system is silent.";
        readonly 'pt-BR': "Há um sinal de vida: um serviço externo percebe se este sistema silenciar.";
    };
    readonly 'heartbeat.others': {
        readonly en: "No heartbeat is set; other workers would notice if this one were silent.";
        readonly 'pt-BR': "Sem sinal de vida configurado; outros processos perceberiam se este silenciasse.";
    };
    readonly 'heartbeat.none': {
        readonly en: "No heartbeat is set: if this machine stops, nobody is told. Set HEALTHCHECK_URL, without {slug}, to a healthchecks-compatible address.";
        readonly 'pt-BR': "Sem sinal de vida: se esta máquina parar, ninguém será avisado. Defina HEALTHCHECK_URL, sem {slug}, com um endereço compatível com healthchecks.";
    };
    readonly 'check.noAnswer': {
        readonly en: "It did not answer within {seconds} s.";
        readonly 'pt-BR': "Não respondeu em {seconds} s.";
    };
};
export type HealthText = keyof typeof HEALTH_TEXTS;
