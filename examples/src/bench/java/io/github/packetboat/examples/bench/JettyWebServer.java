package io.github.packetboat.examples.bench;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** WebSocket on Jetty 12, one selector. */
public final class JettyWebServer {
    private JettyWebServer() {}

    public static void main(String[] args) throws Exception {
        WebScenario scenario = WebScenario.valueOf(args[1]);
        Set<Session> everyone = ConcurrentHashMap.newKeySet();
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(args[0]));
        connector.setAcceptQueueSize(ServerContract.BACKLOG);
        server.addConnector(connector);
        ContextHandler context = new ContextHandler("/");
        context.setHandler(WebSocketUpgradeHandler.from(
                server,
                context,
                container -> container.addMapping(
                        "/chat", (request, response, callback) -> new Listener(scenario, everyone))));
        server.setHandler(context);
        server.start();
        ServerContract.ready();
        server.join();
    }

    /** One connection. Public, since Jetty looks its methods up. */
    public static final class Listener extends Session.Listener.AbstractAutoDemanding {
        private final WebScenario scenario;
        private final Set<Session> everyone;

        Listener(WebScenario scenario, Set<Session> everyone) {
            this.scenario = scenario;
            this.everyone = everyone;
        }

        @Override
        public void onWebSocketOpen(Session session) {
            super.onWebSocketOpen(session);
            everyone.add(session);
        }

        @Override
        public void onWebSocketText(String text) {
            if (scenario == WebScenario.ECHO) {
                getSession().sendText(text, Callback.NOOP);
            } else {
                everyone.forEach(each -> each.sendText(text, Callback.NOOP));
            }
        }
    }
}
