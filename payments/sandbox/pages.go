package sandbox

import "net/http"

func (s *Server) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	for name, paths := range s.calledAt() {
		for _, path := range paths {
			mux.Handle(path, s.serveCall(name, callFuncs()[name]))
		}
	}
	return mux, nil
}
